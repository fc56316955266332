/** The read-back of the admission policies: each stands as it was written, and bound (R17). */

import assert from "node:assert/strict";
import { Guardrails } from "../../components/guardrails";
import { guardrails } from "../../guardrails/rules";
import { Ledger } from "../../proof/ledger";
import { itemsOf, type LiveObject } from "../../proof/documents";
import type { LiveKinds } from "../../proof/live/kubernetes";
import { judgePolicies } from "../../proof/live/policies";
import { equipped, platform } from "../components/fixtures";
import { graphOf } from "../components/graph";
import { changed, clusterOf, declared, sentences, without, type Json } from "./live";

const json = (value: unknown) => value as Json;
const RULES = "validatingadmissionpolicies";
const BINDINGS = "validatingadmissionpolicybindings";

function judged(live: LiveKinds): string[] {
  const ledger = new Ledger();
  judgePolicies(platform, { ...live, enginepolicies: [] }, ledger);
  return sentences(ledger);
}

describe("the read-back of the admission policies", () => {
  let live: LiveKinds;
  before(async () => {
    live = clusterOf(await declared([]));
  });
  const finds = (what: string, change: (live: LiveKinds) => LiveKinds, fault: string) =>
    it(`finds ${what}`, () =>
      assert.deepEqual(judged(change(live)), [
        `(platform): admission: ValidatingAdmissionPolicy tenantry-privileged ${fault}`,
      ]));

  it("finds nothing amiss in what the platform declares", () => assert.deepEqual(judged(live), []));

  for (const { name } of guardrails(platform)) {
    it(`misses the rule ${name}`, () =>
      assert.deepEqual(judged(without(live, RULES, `tenantry-${name}`)), [
        `(platform): admission: ValidatingAdmissionPolicy tenantry-${name} is missing`,
      ]));
  }

  finds("no binding", (from) => without(from, BINDINGS, "tenantry-privileged"), "is not bound for everybody");
  finds(
    "a binding that only warns",
    (from) =>
      changed(from, BINDINGS, "tenantry-privileged", ({ spec }) => {
        spec!["validationActions"] = json(["Warn"]);
      }),
    "is not bound for everybody",
  );
  finds(
    "a binding for some namespaces",
    (from) =>
      changed(from, BINDINGS, "tenantry-privileged", ({ spec }) => {
        spec!["matchResources"] = json({ namespaceSelector: { matchLabels: { guarded: "yes" } } });
      }),
    "is not bound for everybody",
  );
  finds(
    "a policy that lets through what it cannot judge",
    (from) =>
      changed(from, RULES, "tenantry-privileged", ({ spec }) => {
        spec!["failurePolicy"] = json("Ignore");
      }),
    "says something else than the platform declares",
  );
});

for (const engine of ["kyverno", "gatekeeper"] as const) {
  describe(`the read-back of the rules with ${engine}`, () => {
    const guarded = equipped({}, { guardrails: engine });
    let live: LiveKinds;
    let enginepolicies: LiveObject[];

    before(async () => {
      const graph = await graphOf(() => new Guardrails("guardrails", { platform: guarded }, {}));
      const items = graph
        .filter(({ type, custom }) => custom && !type.includes("admissionregistration"))
        .map(({ props }) => props);
      enginepolicies = itemsOf(JSON.parse(JSON.stringify({ items })));
      live = clusterOf(graph);
    });

    /** The other policies of the platform are not declared here. */
    function findings(policies: readonly LiveObject[]): string[] {
      const ledger = new Ledger();
      judgePolicies(guarded, { ...live, enginepolicies: policies }, ledger);
      return sentences(ledger).filter((sentence) => !sentence.includes("AdmissionPolicy"));
    }

    it("finds nothing amiss in what the platform declares", () =>
      assert.deepEqual(findings(enginepolicies), []));

    it("misses every object that is not there", () => {
      assert.notEqual(enginepolicies.length, 0);
      for (const policy of enginepolicies) {
        const others = enginepolicies.filter((one) => one !== policy);
        assert.deepEqual(findings(others), [
          `(platform): admission: ${String(policy["kind"])} ${policy.metadata.name} is missing`,
        ]);
      }
    });

    it("finds one that only warns", () => {
      const loosened = structuredClone(enginepolicies);
      const last = loosened.at(-1)!;
      Object.assign(last["spec"] as object, { validationActions: ["Warn"], enforcementAction: "dryrun" });
      assert.deepEqual(findings(loosened), [
        `(platform): admission: ${String(last["kind"])} ${last.metadata.name} says something else than the platform declares`,
      ]);
    });
  });
}
