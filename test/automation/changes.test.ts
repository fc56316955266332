import assert from "node:assert/strict";
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { ChangesByTenant, SHARED } from "../../automation/engine/changes";
import { event } from "./events";

const STACK = "urn:pulumi:prod::tenantry::pulumi:pulumi:Stack::tenantry-prod";
const TENANT = "urn:pulumi:prod::tenantry::tenantry:index:Tenant::acme";
const NETWORK = "urn:pulumi:prod::tenantry::tenantry:index:Tenant$tenantry:index:Network::acme";
const POLICY =
  "urn:pulumi:prod::tenantry::tenantry:index:Tenant$tenantry:index:Network$kubernetes:networking.k8s.io/v1:NetworkPolicy::acme-default-deny";

function step(op: OpType, urn: string, parent: string, side: "new" | "old" = "new"): EngineEvent {
  const state = { type: "t", urn, id: "", parent, inputs: {}, outputs: {}, provider: "" };
  return event({ resourcePreEvent: { metadata: { op, urn, type: "t", provider: "", [side]: state } } });
}

function counted(...events: EngineEvent[]) {
  const changes = new ChangesByTenant();
  events.forEach((of) => changes.add(of));
  return changes.counts();
}

describe("changes by tenant", () => {
  const components = [step("same", TENANT, STACK), step("same", NETWORK, TENANT)];

  it("counts a resource under the tenant at the root of its parents", () => {
    assert.deepEqual(counted(...components, step("create", POLICY, NETWORK)), {
      acme: { same: 2, create: 1 },
    });
  });

  it("counts what belongs to no tenant by itself", () => {
    const provider = "urn:pulumi:prod::tenantry::pulumi:providers:aws::aws";
    assert.deepEqual(counted(step("create", provider, STACK), step("same", STACK, "")), {
      [SHARED]: { create: 1, same: 1 },
    });
  });

  it("counts the three steps of a replacement once", () => {
    for (const order of [
      ["create-replacement", "replace", "delete-replaced"],
      ["delete-replaced", "replace", "create-replacement"],
    ] as OpType[][]) {
      const steps = order.map((op) => step(op, POLICY, NETWORK));
      assert.deepEqual(counted(...components, ...steps), { acme: { same: 2, replace: 1 } });
    }
  });

  it("finds the tenant of what is deleted by its old parent", () => {
    const deleted = [POLICY, NETWORK].map((urn, at) =>
      step("delete", urn, [NETWORK, TENANT][at] ?? "", "old"),
    );
    assert.deepEqual(counted(...deleted, step("delete", TENANT, STACK, "old")), { acme: { delete: 3 } });
  });

  it("counts a resource once, by what became of it, and passes over events that it does not know", () => {
    const metadata = step("update", POLICY, NETWORK).resourcePreEvent?.metadata;
    assert.ok(metadata);
    const events = [step("same", POLICY, NETWORK), event({}), event({ resOutputsEvent: { metadata } })];
    assert.deepEqual(counted(...components, ...events), { acme: { same: 2, update: 1 } });
  });
});
