import assert from "node:assert/strict";
import { refuseLostState } from "../../automation/engine/lost-state";

/** Asks nobody: a question would fail for want of a cluster. */
const NOWHERE = { stack: "prod", environment: { KUBECONFIG: "/nowhere/kubeconfig" } };
const exported = (...types: string[]) => ({
  version: 3,
  deployment: { resources: types.map((type, index) => ({ urn: `u::p::t::${index}`, type })) },
});

describe("a state that is empty", () => {
  it("is no question where the state holds anything of a tenant", async () => {
    await refuseLostState(exported("pulumi:pulumi:Stack", "tenantry:index:Tenant"), NOWHERE);
  });

  it("is no question of the platform, whose objects preflight knows", async () => {
    await refuseLostState(exported(), { ...NOWHERE, stack: "platform" });
  });

  it("is asked about where the stack and its providers are all there is", async () => {
    await assert.rejects(refuseLostState(exported("pulumi:pulumi:Stack", "pulumi:providers:aws"), NOWHERE));
    await assert.rejects(refuseLostState(exported(), NOWHERE));
  });
});
