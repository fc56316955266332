/** The policies know the states of a tenant: what each leaves out is not missed, and is refused where it stands (R89, R90). */

import assert from "node:assert/strict";
import type { State } from "../../model/lifecycle";
import type { Tenant } from "../../model/tenant";
import { declared } from "../../policy/declared";
import { resourceChecks, stackChecks } from "../../policy/policies";
import { setting } from "../../policy/project";
import { listGraph, platform, tenants } from "./fixtures";

function inState(state: State): readonly Tenant[] {
  return tenants.map((tenant) => ({ ...tenant, lifecycle: { ...tenant.lifecycle, state } }));
}

/** What the policies say of tenants that are declared as in one state, and whose files say another. */
async function verdict(made: State, said: State): Promise<string[]> {
  const held = setting("list", platform, inState(said));
  const all = (await listGraph(inState(made))).map(declared);
  return [
    ...resourceChecks.flatMap((check) =>
      all.filter(({ type }) => check.about(type)).flatMap((one) => check.judge(one, held)),
    ),
    ...stackChecks.filter(({ of }) => of === "list").flatMap((check) => check.judgeStack(all, held)),
  ];
}

describe("the policies over a tenant's states", () => {
  for (const state of ["active", "suspended", "offboarding", "retained"] as const) {
    it(`find nothing wrong with tenants that are ${state}`, async () => {
      assert.deepEqual(await verdict(state, state), []);
    });
  }

  it("find what a suspended tenant must not have", async () => {
    const found = (await verdict("active", "suspended")).join("\n");
    for (const sentence of [
      /RoleBinding tenant-acme\/tenant-admin of tenant acme: is declared, and the tenant is suspended/,
      /ServiceAccount tenant-acme\/tenant-reconciler of tenant acme: is declared, and the tenant is suspended/,
      /Vault auth mount \S+\/approle of tenant acme: is declared, and the tenant is suspended/,
      /soylent: workload identity: IAM role policy .*-workload\/shut is missing/,
      /ResourceQuota tenant-acme\/tenant-quota of tenant acme: gives 50 of pods instead of 0/,
    ]) {
      assert.match(found, sentence);
    }
  });

  it("find what a retained tenant must not have, and who may use its key", async () => {
    const found = (await verdict("offboarding", "retained")).join("\n");
    for (const sentence of [
      /Namespace tenant-acme of tenant acme: is declared, and the tenant is retained/,
      /Schedule velero\/tenant-acme of tenant acme: is declared, and the tenant is retained/,
      /KMS key of tenant acme: lets arn:aws:iam::[0-9]+:role\/\S+-backup in/,
    ]) {
      assert.match(found, sentence);
    }
  });

  it("find data of a leaving tenant that nothing protects", async () => {
    const found = (await verdict("active", "offboarding")).join("\n");
    assert.match(found, /acme-eu-key of tenant acme-eu: is not protected from deletion/);
    assert.doesNotMatch(found, /acme-eu of tenant acme-eu: is not protected/);
  });

  it("find a denial that leaves something open", async () => {
    const held = setting("list", platform, inState("suspended"));
    const all = (await listGraph(inState("suspended"))).map(declared);
    const shut = all.find(({ name }) => name === "acme-workload-shut");
    assert.ok(shut);
    const policy = String(shut.props["policy"]).replace('"Resource":"*"', '"Resource":"arn:aws:s3:::x"');
    const said = resourceChecks
      .filter((check) => check.about(shut.type))
      .flatMap((check) => check.judge({ ...shut, props: { ...shut.props, policy } }, held));
    assert.match(said.join(), /policy shut of IAM role .* of tenant acme: leaves something open/);
  });
});
