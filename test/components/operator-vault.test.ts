import assert from "node:assert/strict";
import * as vault from "@pulumi/vault";
import { OperatorVault } from "../../components/operator-vault";
import { operatorVaultRights } from "../../model/operator-vault";
import type { Platform } from "../../model/platform";
import { platform } from "./fixtures";
import { dependencies, graphOf, type Declared } from "./graph";
import { rightsOn } from "./vault-rights";

const ID = "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";

function declare(of: Platform): Promise<Declared[]> {
  return graphOf(() => {
    const provider = new vault.Provider("vault", { address: "https://vault.example" });
    const login = new vault.AuthBackend("login", { type: "kubernetes", path: "tenantry" }, { provider });
    new OperatorVault("operator", { platform: of, login }, { provider });
  });
}

describe("the declared identity of the operator in Vault", () => {
  const find = (graph: readonly Declared[], name: string) => {
    const declared = graph.find((candidate) => candidate.name === name);
    assert.ok(declared, `no ${name}`);
    return declared;
  };

  it("is one ServiceAccount, for an hour, with one policy, which stands before anybody logs in", async () => {
    const graph = await declare(platform);
    const role = find(graph, "operator-login-role");
    assert.deepEqual(JSON.parse(JSON.stringify(role.props)), {
      backend: "tenantry",
      roleName: "operator",
      boundServiceAccountNames: ["operator"],
      boundServiceAccountNamespaces: ["tenantry-system"],
      audience: "vault",
      tokenPolicies: ["tenantry-operator"],
      tokenNoDefaultPolicy: true,
      tokenTtl: 3600,
      tokenMaxTtl: 3600,
    });
    assert.equal(find(graph, "operator-policy").props["name"], "tenantry-operator");
    const settled = dependencies(role, graph).map(({ name }) => name);
    assert.deepEqual(settled, ["login", "operator-policy"]);
    assert.equal(role.opts.deletedWith, find(graph, "login").resource);
  });

  it("logs in by the cluster's own token where Vault runs outside", async () => {
    const role = find(await declare({ ...platform, vault: { inCluster: false } }), "operator-login-role");
    assert.equal(role.props["audience"], undefined);
  });
});

describe("the rights of the operator in Vault", () => {
  const rights = operatorVaultRights();

  for (const [capabilities, paths] of [
    ["read", ["auth/token/lookup-self", `${ID}/auth/approle/role/reader/role-id`]],
    ["update", ["auth/token/revoke-self"]],
    ["create update list", ["reader", "writer"].map((role) => `${ID}/auth/approle/role/${role}/secret-id`)],
    [
      "update",
      ["lookup", "destroy"].map((verb) => `${ID}/auth/approle/role/reader/secret-id-accessor/${verb}`),
    ],
    [
      "update sudo",
      ["approle", "kubernetes"].map((mount) => `${ID}/sys/leases/revoke-prefix/auth/${mount}/login`),
    ],
    ["list", [`${ID}/kv/metadata/`, `${ID}/kv/metadata/folder/`]],
  ] as const) {
    for (const path of paths) {
      it(`are on ${path}: ${capabilities}`, () => {
        assert.equal(rightsOn(path, rights)?.capabilities.join(" "), capabilities);
      });
    }
  }

  for (const path of [
    ...["data/db", "delete/db", "undelete/db", "destroy/db", "config"].map((at) => `${ID}/kv/${at}`),
    ...["custom-secret-id", "bind-secret-id", "policies", "secret-id/destroy"].map(
      (at) => `${ID}/auth/approle/role/reader/${at}`,
    ),
    `${ID}/auth/approle/role/reader`,
    `${ID}/auth/approle/role/backdoor/secret-id`,
    `${ID}/auth/approle/tidy/secret-id`,
    `${ID}/auth/kubernetes/role/external-secrets`,
    `${ID}/auth/kubernetes/config`,
    `${ID}/auth/token/create`,
    `${ID}/sys/policies/acl/tenant-read`,
    `${ID}/sys/mounts/kv`,
    `${ID}/sys/auth/approle`,
    `${ID}/sys/leases/revoke-prefix/auth/token`,
    `${ID}/sys/leases/revoke-force/auth/approle/login`,
    `${ID}/child/auth/approle/role/reader/secret-id`,
    `${ID}/identity/entity`,
    "auth/approle/role/reader/secret-id",
    "auth/tenantry/role/operator",
    "auth/tenantry/role/provisioner",
    "auth/token/create",
    "auth/token/renew-self",
    "kv/metadata/db",
    "sys/leases/revoke-prefix/auth/tenantry/login",
    `sys/namespaces/${ID}`,
    "sys/namespaces",
    "sys/policies/acl/tenantry-operator",
    "sys/audit/file",
    "sys/raw/core",
  ]) {
    it(`are none on ${path}`, () => assert.equal(rightsOn(path, rights), undefined));
  }

  it("leave the terms of a login to its role", () => {
    assert.deepEqual(rightsOn(`${ID}/auth/approle/role/writer/secret-id`, rights)?.parameters, {
      metadata: [""],
    });
  });
});
