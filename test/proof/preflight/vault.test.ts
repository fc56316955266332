import assert from "node:assert/strict";
import type { Problem } from "../../../proof/preflight";
import { judgeHealth, judgeVaultNamespaces } from "../../../proof/preflight/vault";
import { tenantOf } from "../../components/fixtures";

const acme = tenantOf("standard");

describe("Vault before a run", () => {
  describe("Vault's health", () => {
    const at = "http://vault.test";
    for (const version of [
      "2.6.2",
      "2.6.2+hsm",
      "2.6.10",
      "2.7.0-beta20260601",
      "2.7.0",
      "3.0.0",
      "1.20.0+ent",
      "1.20.0-rc1+ent.hsm",
      "(version unknown)",
      "",
    ]) {
      it(`takes version ${version}`, () =>
        assert.deepEqual(judgeHealth(at, { initialized: true, sealed: false, version }), []));
    }
    for (const version of [
      "2.6.1",
      "2.6.2-beta1",
      "2.6.2-rc1+hsm",
      "2.5.9",
      "2.5.0+hsm",
      "2.5.0+entropy",
      "1.99.99",
      "1.20.0",
    ]) {
      it(`refuses version ${version}`, () =>
        assert.deepEqual(judgeHealth(at, { initialized: true, sealed: false, version }), [
          {
            kind: "conflict",
            message: `Vault at ${at} is version ${version}; before 2.6.2 namespaces of OpenBao could reach into each other: upgrade it`,
          },
        ]));
    }
    it("takes nobody for Vault who does not say what Vault says of itself", () =>
      assert.deepEqual(judgeHealth(at, undefined), [
        {
          kind: "unreachable",
          message: `what answers at ${at} is no Vault: its health is not what Vault says of itself; check VAULT_ADDR and what stands before it`,
        },
      ]));
  });

  it("takes a Vault namespace for ours by list and name only", () => {
    const live = (list: string, name: string) =>
      new Map([[acme.id, { metadata: { "tenantry-list": list, "tenantry-tenant": name }, tainted: false }]]);
    assert.deepEqual(judgeVaultNamespaces([acme], live("sample", "acme")), []);
    assert.deepEqual(judgeVaultNamespaces([acme], new Map()), []);
    const foreign: Problem = {
      kind: "conflict",
      message: `Vault namespace ${acme.id} exists and is not tenant acme's of the list sample; it is not adopted: find out whose it is, or give the tenant a new id`,
    };
    assert.deepEqual(judgeVaultNamespaces([acme], live("other", "acme")), [foreign]);
    assert.deepEqual(judgeVaultNamespaces([acme], live("sample", "other")), [foreign]);
  });
});
