/** What the documents must say; test/engine/07-placement.test.ts shows what they do. */

import assert from "node:assert/strict";
import { spreadPolicy } from "../../guardrails/disruption";
import { imagePullPolicy } from "../../guardrails/image-pull";
import { placementPolicy } from "../../guardrails/placement";
import { tenantLabelPolicy } from "../../guardrails/tenant-label";

const ofPods = [placementPolicy(), spreadPolicy(), imagePullPolicy()];
const documents = [...ofPods, tenantLabelPolicy()];
const expressions = documents.flatMap(({ spec }) =>
  spec.mutations.map(({ jsonPatch }) => jsonPatch.expression),
);
const tenants = [
  { key: "tenant", operator: "Exists" },
  { key: "tenantry.dev/pool", operator: "Exists" },
];

describe("the policies that write in tenants' namespaces", () => {
  it("bear names of their own", () => {
    assert.deepEqual(
      documents.map(({ name }) => name),
      ["tenantry-placement", "tenantry-spread", "tenantry-image-pull", "tenantry-tenant-label"],
    );
  });

  it("admit nothing that they could not write in", () => {
    for (const { name, spec } of documents) {
      assert.equal(spec.failurePolicy, "Fail", name);
    }
  });

  it("mind every pod of a tenant, and no other namespace's", () => {
    for (const { name, spec } of ofPods) {
      const { namespaceSelector, resourceRules, ...more } = spec.matchConstraints;
      assert.deepEqual(more, {}, name);
      assert.deepEqual(namespaceSelector.matchExpressions, tenants, name);
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

  it("forget the nodes of a pool that the tenant left before they pin to those of today's (R41)", () => {
    const [first = ""] = placementPolicy().spec.mutations.map(({ jsonPatch }) => jsonPatch.expression);
    assert.match(first, /op: "remove", path: variables\.path \+ "\/nodeSelector\/"/);
    assert.match(first, /op: "remove",\s+path: variables\.path \+ "\/tolerations\/"/);
  });

  it("pin and pull again when another policy or webhook has changed the pod", () => {
    assert.equal(placementPolicy().spec.reinvocationPolicy, "IfNeeded");
    assert.equal(imagePullPolicy().spec.reinvocationPolicy, "IfNeeded");
  });

  it("fetch images of containers that are added to a running pod as well (A165)", () => {
    const [, added] = imagePullPolicy().spec.matchConstraints.resourceRules;
    assert.deepEqual(added?.resources, ["pods/ephemeralcontainers"]);
    assert.deepEqual(added.operations, ["UPDATE"]);
  });

  it("mark every kind, whoever makes it, but nothing outside a tenant's namespace (R13)", () => {
    const { namespaceSelector, resourceRules } = tenantLabelPolicy().spec.matchConstraints;
    assert.deepEqual(namespaceSelector.matchExpressions, tenants);
    assert.deepEqual(resourceRules, [
      {
        apiGroups: ["*"],
        apiVersions: ["*"],
        operations: ["CREATE", "UPDATE"],
        resources: ["*"],
        // The API server applies no namespace selector to what is in no namespace.
        scope: "Namespaced",
      },
    ]);
  });

  it("mark neither questions about rights nor bindings, which bear no labels (R13)", () => {
    const { excludeResourceRules } = tenantLabelPolicy().spec.matchConstraints;
    assert.deepEqual(
      excludeResourceRules.map(({ apiGroups, resources }) => [apiGroups, resources]),
      [
        [["authorization.k8s.io", "authentication.k8s.io"], ["*"]],
        [[""], ["bindings"]],
      ],
    );
  });

  it("take no exception from a pod's own fields", () => {
    assert.ok(ofPods.every(({ spec }) => !("matchConditions" in spec)));
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
