/** What is declared of the rules, by engine (R28). */

import assert from "node:assert/strict";
import { Guardrails } from "../../components/guardrails";
import { checkRuleNames, enforcement, reservations } from "../../guardrails/enforcement";
import { guardrails } from "../../guardrails/rules";
import { InputFaults } from "../../model/fault";
import type { Platform } from "../../model/platform";
import { equipped } from "./fixtures";
import { graphOf, type Declared } from "./graph";

const withRules = (settings: unknown): Platform => equipped({}, { guardrails: settings });

/** Without the policies that write, which are the same whatever the engine. */
async function declaredBy(settings: unknown): Promise<Declared[]> {
  const graph = await graphOf(() => new Guardrails("guardrails", { platform: withRules(settings) }, {}));
  return graph.filter(({ custom, type }) => custom && !type.includes(":Mutating"));
}

const signatures = [
  {
    images: ["registry.example.com/"],
    keyless: { issuer: "https://ci.example.com", subject: "https://ci.example.com/pipeline" },
  },
];

const names = (graph: readonly Declared[], type: string) =>
  graph
    .filter((declared) => declared.type.endsWith(`:${type}`))
    .map(({ props }) => (props["metadata"] as { name: string }).name);

const spec = (declared: Declared | undefined) => declared?.props["spec"] as Record<string, unknown>;

describe("the declared rules", () => {
  const all = guardrails(withRules("native")).map(({ name }) => `tenantry-${name}`);

  it("are each a policy of the API server, bound to refuse", async () => {
    const graph = await declaredBy("native");
    assert.deepEqual(names(graph, "ValidatingAdmissionPolicy"), all);
    assert.deepEqual(names(graph, "ValidatingAdmissionPolicyBinding"), all);
    for (const binding of graph.filter(({ type }) => type.endsWith("Binding"))) {
      assert.deepEqual(spec(binding)["validationActions"], ["Deny"], binding.name);
    }
    for (const policy of graph.filter(({ type }) => type.endsWith("Policy"))) {
      assert.equal(spec(policy)["failurePolicy"], "Fail", policy.name);
    }
  });

  it("are each a policy of Kyverno", async () => {
    const graph = await declaredBy("kyverno");
    assert.deepEqual(names(graph, "ValidatingPolicy"), all);
    assert.equal(graph.length, all.length);
    assert.deepEqual(spec(graph[0])["validationActions"], ["Deny"]);
  });

  it("are each a template and a constraint of Gatekeeper, or stay with the API server", async () => {
    const graph = await declaredBy("gatekeeper");
    const native = enforcement(withRules("gatekeeper"))
      .filter(({ engine }) => engine === "native")
      .map(({ rule }) => `tenantry-${rule.name}`);
    assert.deepEqual(names(graph, "ValidatingAdmissionPolicy"), native);
    const constraints = graph.filter(
      ({ props }) => props["apiVersion"] === "constraints.gatekeeper.sh/v1beta1",
    );
    assert.equal(names(graph, "ConstraintTemplate").length, constraints.length);
    assert.equal(constraints.length + native.length, all.length);
    for (const constraint of constraints) {
      assert.equal(spec(constraint)["enforcementAction"], "deny", constraint.name);
      assert.notEqual(constraint.opts.dependsOn, undefined, constraint.name);
    }
  });

  for (const [engine, told] of [
    ["native", { validationActions: ["Audit", "Warn"] }],
    ["kyverno", { validationActions: ["Audit", "Warn"] }],
    ["gatekeeper", { enforcementAction: "warn" }],
  ] as const) {
    const of = async (settings: object) => {
      const graph = await declaredBy({ engine, ...settings });
      const found = graph.filter(({ name }) => /^guardrail-privileged(-binding)?$/.test(name)).at(-1);
      return { found: spec(found), others: graph.filter((one) => one !== found).map(spec) };
    };
    const [field, value] = Object.entries(told)[0] ?? [];

    it(`tell only, all of them, with ${engine} (action: audit)`, async () => {
      const { found, others } = await of({ action: "audit" });
      assert.deepEqual(found[field ?? ""], value);
      for (const other of others.filter((one) => field !== undefined && field in one)) {
        assert.deepEqual(other[field ?? ""], value);
      }
    });

    it(`tell only, one of them, with ${engine}`, async () => {
      const { found, others } = await of({ rules: { privileged: "audit" } });
      assert.deepEqual(found[field ?? ""], value);
      for (const other of others.filter((one) => field !== undefined && field in one)) {
        assert.notDeepEqual(other[field ?? ""], value);
      }
    });
  }

  it("say what they leave open", () => {
    const registries = ["registry.example.com/"];
    assert.deepEqual(reservations(withRules({ engine: "kyverno", registries, signatures })), []);
    assert.deepEqual(reservations(withRules({ rules: { privileged: "audit" } })), [
      "these guardrails tell and refuse nothing: privileged; set them to enforce (guardrails.action, guardrails.rules)",
      "tenants may run images of every registry; list theirs (guardrails.registries)",
      "nobody checks who built an image; name the signers (guardrails.signatures) and use kyverno or gatekeeper",
    ]);
    assert.deepEqual(reservations(withRules({ registries, signatures })), [
      "the API server cannot check signatures of images, so that guardrails.signatures holds nothing; use kyverno or gatekeeper (guardrails.engine)",
    ]);
  });

  it("have the engine check signatures, where it can and signers are named (R23)", async () => {
    const signed = async (engine: string) =>
      (await declaredBy({ engine, signatures }))
        .filter(({ name }) => name.startsWith("guardrail-signatures"))
        .map(({ name, props }) => `${name} ${String(props["kind"])}`);
    assert.deepEqual(await signed("native"), []);
    assert.deepEqual(await signed("kyverno"), ["guardrail-signatures ImageValidatingPolicy"]);
    assert.deepEqual(await signed("gatekeeper"), [
      "guardrail-signatures-template ConstraintTemplate",
      "guardrail-signatures TenantrySignatures",
    ]);
  });

  it("are called by their names, or nothing is changed", () => {
    checkRuleNames(withRules({ rules: { privileged: "audit" } }));
    assert.throws(
      () => checkRuleNames(withRules({ rules: { priviledged: "audit" } })),
      (error: unknown) =>
        error instanceof InputFaults &&
        error.message.includes(
          "stacks/Pulumi.platform.yaml:1:1: tenantry:platform.guardrails.rules.priviledged: there is no rule of that name on this platform; did you mean privileged?",
        ),
    );
  });
});
