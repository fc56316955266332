/** The read-back of tenants in each state, and what is left behind of a state that is over (R89, R90). */

import assert from "node:assert/strict";
import type { State } from "../../model/lifecycle";
import type { Tenant } from "../../model/tenant";
import { Ledger } from "../../proof/ledger";
import { judgeRests } from "../../proof/left-behind";
import { judgeKubernetes, type LiveKinds } from "../../proof/live/kubernetes";
import { neighbour, platform, tenantOf } from "../components/fixtures";
import { changed, clusterOf, declared, sentences, without, withMore, type Json } from "./live";

const stranger = tenantOf("standard", neighbour);

function inState(state: State): Tenant {
  return tenantOf("standard", { lifecycle: { state, legalHold: false, retentionDays: 30 } });
}

const json = (value: unknown) => value as Json;

describe("the read-back of a tenant's states", () => {
  const clusters = new Map<State, LiveKinds>();
  const live = (state: State): LiveKinds => {
    const found = clusters.get(state);
    assert.ok(found);
    return found;
  };

  before(async () => {
    for (const state of ["active", "suspended", "offboarding", "retained"] as const) {
      clusters.set(state, clusterOf(await declared([inState(state), stranger])));
    }
  });

  const judged = (state: State, of: LiveKinds) => {
    const ledger = new Ledger();
    judgeKubernetes(inState(state), platform, of, ledger);
    return sentences(ledger);
  };
  const rests = (state: State, of: LiveKinds) => {
    const ledger = new Ledger();
    judgeRests(inState(state), of, ledger);
    return sentences(ledger);
  };

  for (const state of ["suspended", "offboarding", "retained"] as const) {
    it(`finds nothing amiss, and nothing left behind, in what is declared of one that is ${state}`, () => {
      assert.deepEqual(judged(state, live(state)), []);
      assert.deepEqual(rests(state, live(state)), []);
    });
  }

  it("finds room for pods in a suspended tenant, and a guardrail that is gone", () => {
    const open = changed(live("suspended"), "resourcequotas", "tenant-quota", ({ spec }) => {
      spec!["hard"]!["pods"] = json("1");
    });
    assert.deepEqual(judged("suspended", open), [
      "acme: fairness: ResourceQuota tenant-acme/tenant-quota allows pods=1 instead of 0",
    ]);
    const networkpolicies = live("suspended").networkpolicies.filter(
      ({ metadata }) => metadata.name !== "default-deny" || metadata.namespace !== "tenant-acme",
    );
    assert.match(
      judged("suspended", { ...live("suspended"), networkpolicies }).join(),
      /default-deny is missing/,
    );
  });

  it("finds a binding that a suspended tenant got by hand", () => {
    const binding = {
      metadata: { name: "tenant-admin", namespace: "tenant-acme" },
      roleRef: { kind: "ClusterRole", name: "tenant-admin" },
      subjects: [{ kind: "User", name: "mallory" }],
    };
    const bound = withMore(live("suspended"), "rolebindings", binding);
    assert.deepEqual(judged("suspended", bound), [
      "acme: access: RoleBinding tenant-acme/tenant-admin is not declared and binds User mallory",
    ]);
    assert.deepEqual(rests("suspended", bound), [
      "acme: access: rolebindings are there still, and the tenant is suspended: tenant-acme/tenant-admin",
    ]);
  });

  it("finds what of an active tenant a suspended one may not have", () => {
    const found = rests("suspended", live("active"));
    assert.equal(found.length, 2, found.join("\n"));
    assert.match(
      found.join("\n"),
      /serviceaccounts are there still.*: tenant-acme\/tenant-admin, .*external-secrets|external-secrets, .*tenant-admin/,
    );
    assert.match(found.join("\n"), /rolebindings are there still.*tenant-acme\/tenant-reconciler/);
  });

  it("finds whatever is left of a tenant that is retained, and nothing of its neighbour's", () => {
    const found = rests("retained", live("offboarding")).join("\n");
    for (const kind of ["namespaces", "resourcequotas", "networkpolicies", "storageclasses", "schedules"]) {
      assert.match(
        found,
        new RegExp(`kubernetes: ${kind} are there still, and the tenant is retained: .*tenant-acme`),
      );
    }
    assert.doesNotMatch(found, /acme-eu/);
  });

  it("misses the accounts of a tenant that runs", () => {
    const gone = without(
      { ...live("active"), serviceaccounts: ofAcme(live("active").serviceaccounts) },
      "serviceaccounts",
      "tenant-view",
    );
    assert.deepEqual(judged("active", gone), [
      "acme: access: ServiceAccount tenant-acme/tenant-view is missing",
    ]);
  });

  const ofAcme = (objects: LiveKinds["serviceaccounts"]) =>
    objects.filter(({ metadata }) => metadata.namespace === "tenant-acme");
});
