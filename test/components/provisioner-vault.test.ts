import assert from "node:assert/strict";
import * as vault from "@pulumi/vault";
import { ProvisionerVault } from "../../components/provisioner-vault";
import type { Platform } from "../../model/platform";
import { policyText, provisionerVaultRights } from "../../model/provisioner-vault";
import { platform } from "./fixtures";
import { dependencies, graphOf, type Declared } from "./graph";
import { rightsOn } from "./vault-rights";

const ID = "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";
const outside: Platform = {
  ...platform,
  vault: { inCluster: false },
  apiServer: { url: "https://api.test.example:6443", certificate: "-----BEGIN CERTIFICATE-----\nx\n" },
};

function declare(of: Platform): Promise<Declared[]> {
  return graphOf(() => {
    const provider = new vault.Provider("vault", { address: "https://vault.example" });
    new ProvisionerVault("provisioner", { platform: of, facts: of }, { provider });
  });
}

describe("the declared identity of the provisioner in Vault", () => {
  let graph: Declared[];
  const find = (kind: string) => {
    const declared = graph.find(({ type }) => type.endsWith(`:${kind}`));
    assert.ok(declared, `no ${kind}`);
    return declared;
  };
  /** What the SDK fills up with unset fields, without them. */
  const propsOf = (kind: string): unknown => JSON.parse(JSON.stringify(find(kind).props));

  it("is one ServiceAccount, for an hour, with one policy", async () => {
    graph = await declare(platform);
    assert.deepEqual(propsOf("AuthBackendRole"), {
      backend: "tenantry",
      roleName: "provisioner",
      boundServiceAccountNames: ["provisioner"],
      boundServiceAccountNamespaces: ["tenantry-system"],
      audience: "vault",
      tokenPolicies: ["tenantry-provisioner"],
      tokenNoDefaultPolicy: true,
      tokenTtl: 3600,
      tokenMaxTtl: 3600,
    });
    assert.equal(find("Policy").props["name"], "tenantry-provisioner");
  });

  it("logs in where the API server is asked, and only once both are settled", async () => {
    graph = await declare(platform);
    const { type, path } = find("AuthBackend").props;
    assert.deepEqual([type, path], ["kubernetes", "tenantry"]);
    const settled = dependencies(find("AuthBackendRole"), graph).map(({ name }) => name);
    assert.deepEqual(settled, ["provisioner-policy", "provisioner-login-config"]);
    for (const kind of ["AuthBackendConfig", "AuthBackendRole"]) {
      assert.equal(find(kind).opts.deletedWith, find("AuthBackend").resource);
    }
    assert.deepEqual(propsOf("AuthBackendConfig"), {
      backend: "tenantry",
      kubernetesHost: "https://kubernetes.default.svc",
    });
  });

  it("has the token that logs in ask for itself where Vault runs outside", async () => {
    graph = await declare(outside);
    assert.deepEqual(propsOf("AuthBackendConfig"), {
      backend: "tenantry",
      kubernetesHost: "https://api.test.example:6443",
      kubernetesCaCert: "-----BEGIN CERTIFICATE-----\nx\n",
      disableLocalCaJwt: true,
    });
    assert.equal(find("AuthBackendRole").props["audience"], undefined);
  });
});

describe("the rights of the provisioner in Vault", () => {
  const rights = provisionerVaultRights(platform);

  for (const [capabilities, paths] of [
    ["create read update delete patch", [`sys/namespaces/${ID}`]],
    [
      "create read update delete",
      [
        `${ID}/sys/mounts/kv`,
        `${ID}/sys/policies/acl/tenant-read`,
        `${ID}/sys/policies/acl/tenant-write`,
        `${ID}/sys/policies/acl/tenant-read-prod`,
        `${ID}/auth/approle/role/reader`,
        `${ID}/auth/approle/role/writer`,
        `${ID}/auth/kubernetes/role/external-secrets`,
        `${ID}/auth/kubernetes/role/external-secrets-prod`,
      ],
    ],
    ["create read update delete sudo", [`${ID}/sys/auth/approle`, `${ID}/sys/auth/kubernetes`]],
    ["create read update", [`${ID}/auth/kubernetes/config`]],
    ["read update", [`${ID}/sys/mounts/kv/tune`, `${ID}/sys/mounts/auth/approle/tune`]],
    ["read", [`${ID}/sys/mounts`, `${ID}/sys/auth`, `${ID}/auth/approle/role/reader/role-id`]],
    ["read", ["auth/token/lookup-self"]],
    ["update", ["auth/token/revoke-self"]],
    ["list", ["sys/namespaces", `${ID}/sys/policies/acl`, `${ID}/auth/approle/role`]],
    ["list", [`${ID}/auth/kubernetes/role`]],
  ] as const) {
    for (const path of paths) {
      it(`are on ${path}: ${capabilities}`, () => {
        assert.equal(rightsOn(path, rights)?.capabilities.join(" "), capabilities);
      });
    }
  }

  for (const path of [
    ...["data/db", "metadata/db", "metadata", "delete/db", "destroy/db", "config"].map(
      (at) => `${ID}/kv/${at}`,
    ),
    ...["secret-id", "custom-secret-id", "secret-id-accessor/lookup", "bind-secret-id", "policies"].map(
      (at) => `${ID}/auth/approle/role/reader/${at}`,
    ),
    `${ID}/auth/approle/role/backdoor`,
    `${ID}/auth/approle/tidy/secret-id`,
    `${ID}/auth/kubernetes/role/backdoor`,
    `${ID}/auth/kubernetes/role/external-secret`,
    `${ID}/sys/policies/acl/backdoor`,
    `${ID}/sys/policies/acl/default`,
    `${ID}/sys/policies/acl/tenant-write-prod`,
    `${ID}/sys/policies/password/x`,
    `${ID}/sys/mounts/other`,
    `${ID}/sys/auth/userpass`,
    `${ID}/sys/auth/token`,
    `${ID}/sys/namespaces/child`,
    `${ID}/child/sys/mounts/kv`,
    `${ID}/auth/token/create`,
    `${ID}/identity/entity`,
    `${ID}/sys/remount`,
    `sys/namespaces/${ID}/seal`,
    `sys/namespaces/${ID}/unseal`,
    `sys/namespaces/api-lock/lock/${ID}`,
    "auth/token/create",
    "auth/token/create-orphan",
    "auth/token/renew-self",
    "auth/tenantry/role/provisioner",
    "auth/tenantry/config",
    "sys/policies/acl/tenantry-provisioner",
    "sys/policies/acl/tenant-read",
    "sys/mounts/kv",
    "sys/mounts",
    "sys/auth/approle",
    "sys/auth",
    "sys/remount",
    "sys/seal",
    "sys/raw/core",
    "sys/audit/file",
    "sys/storage/raft/snapshot",
    "sys/rotate/keyring",
    "sys/leases/revoke-prefix/auth",
    "identity/group",
    "cubbyhole/x",
  ]) {
    it(`are none on ${path}`, () => assert.equal(rightsOn(path, rights), undefined));
  }

  it("pin what would let the provisioner itself in", () => {
    const pinned = (path: string, of = rights) => rightsOn(path, of)?.parameters;
    const role = pinned(`${ID}/auth/kubernetes/role/external-secrets`);
    assert.deepEqual(role, {
      bound_service_account_names: [["external-secrets"], "external-secrets"],
      audience: ["vault"],
      "*": [],
    });
    assert.deepEqual(pinned(`${ID}/auth/kubernetes/role/external-secrets-prod`), role);
    assert.deepEqual(pinned(`${ID}/auth/approle/role/reader`), { bind_secret_id: [true], "*": [] });
    assert.deepEqual(pinned(`sys/namespaces/${ID}`), { custom_metadata: [] });
    assert.deepEqual(pinned(`${ID}/auth/kubernetes/config`, provisionerVaultRights(outside)), {
      kubernetes_host: ["https://api.test.example:6443"],
      kubernetes_ca_cert: ["-----BEGIN CERTIFICATE-----\nx\n"],
      disable_local_ca_jwt: [true],
      pem_keys: [""],
      disable_iss_validation: [true, false],
      use_annotations_as_alias_metadata: [false],
    });
    assert.deepEqual(Object.keys(pinned(`${ID}/sys/mounts/kv/tune`) ?? {}), [
      "description",
      "options",
      "default_lease_ttl",
      "max_lease_ttl",
      "force_no_cache",
    ]);
    for (const [mount, type] of [
      ["mounts/kv", "kv"],
      ["auth/approle", "approle"],
      ["auth/kubernetes", "kubernetes"],
    ] as const) {
      assert.deepEqual(pinned(`${ID}/sys/${mount}`), { type: [type], "*": [] });
    }
  });

  it("are written in HCL: what is no string would be lost in JSON", () => {
    const text = policyText({
      "+/x": {
        capabilities: ["read"],
        parameters: { names: [["a"], "a"], bound: [true], ca: ["a\nb"], "*": [] },
      },
      y: { capabilities: ["list"] },
    });
    assert.equal(
      text,
      [
        'path "+/x" {',
        '  capabilities = ["read"]',
        "  allowed_parameters = {",
        '    "names" = [["a"],"a"]',
        '    "bound" = [true]',
        '    "ca" = ["a\\nb"]',
        '    "*" = []',
        "  }",
        "}",
        'path "y" {',
        '  capabilities = ["list"]',
        "}",
      ].join("\n"),
    );
  });
});
