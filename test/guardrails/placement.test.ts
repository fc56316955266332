/** What the documents must say; test/engine/07-placement.test.ts shows what they do. */

import assert from "node:assert/strict";
import { spreadPolicy } from "../../guardrails/disruption";
import { placementPolicy } from "../../guardrails/placement";
import { runtimeRule } from "../../guardrails/runtime";

const mutating = [placementPolicy(), spreadPolicy()];
const documents = [...mutating, runtimeRule(["tenant-gvisor"])];
const expressions = mutating.flatMap(({ spec }) =>
  spec.mutations.map(({ jsonPatch }) => jsonPatch.expression),
);

describe("the policies over tenants' pods", () => {
  it("bear names of their own", () => {
    assert.deepEqual(
      documents.map(({ name }) => name),
      ["tenantry-placement", "tenantry-spread", "tenantry-runtime"],
    );
  });

  it("admit no pod that they could not judge", () => {
    for (const { name, spec } of documents) {
      assert.equal(spec.failurePolicy, "Fail", name);
    }
  });

  it("mind every pod of a tenant, and no other namespace's", () => {
    for (const { name, spec } of documents) {
      const { namespaceSelector, resourceRules, ...more } = spec.matchConstraints;
      assert.deepEqual(more, {}, name);
      assert.deepEqual(
        namespaceSelector.matchExpressions,
        [
          { key: "tenant", operator: "Exists" },
          { key: "tenantry.dev/pool", operator: "Exists" },
        ],
        name,
      );
      const [pods] = resourceRules;
      assert.deepEqual(
        pods,
        { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
        name,
      );
    }
  });

  it("pin DaemonSets by their template as well, whenever it changes (R41)", () => {
    const [, daemonSets] = placementPolicy().spec.matchConstraints.resourceRules;
    assert.deepEqual(daemonSets?.resources, ["daemonsets"]);
    assert.deepEqual(daemonSets.operations, ["CREATE", "UPDATE"]);
  });

  it("pin again when another policy or webhook has changed the pod", () => {
    assert.equal(placementPolicy().spec.reinvocationPolicy, "IfNeeded");
  });

  it("take no exception from a pod's own fields", () => {
    assert.ok(mutating.every(({ spec }) => !("matchConditions" in spec)));
  });

  it("write no typed object: API server 1.36.3 panics where one stands in a list", () => {
    for (const expression of expressions) {
      assert.doesNotMatch(expression, /\bObject\b/);
    }
  });

  it("spread over what a selector counts: the scheduler counts no pod for an empty one (R38)", () => {
    const [spread = ""] = spreadPolicy().spec.mutations.map(({ jsonPatch }) => jsonPatch.expression);
    assert.match(spread, /"labelSelector": dyn\(\{"matchExpressions":\[\{"key":/);
  });
});
