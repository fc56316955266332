import assert from "node:assert/strict";
import type { Tenant } from "../../model/tenant";
import { tierNames } from "../../model/tiers";
import { Ledger } from "../../proof/ledger";
import { judgeVault } from "../../proof/live/vault";
import { ReadError, type Reader } from "../../proof/reader";
import { tenantOf } from "../components/fixtures";
import { declared, sentences } from "./live";

const acme = tenantOf("standard", {
  secrets: {
    engine: "vault",
    names: [],
    tokenTtl: 600,
    tokenMaxTtl: 1800,
    boundCidrs: ["10.1.0.0/16", "10.2.0.0/16"],
  },
});
const AT = acme.id;
/** What every namespace is born with. */
const NS = { type: "system", options: null };
type Answers = Record<string, unknown>;

/** The namespace that holds what the components declare, answered by path as Vault does. */
async function answersOf(tenant: Tenant): Promise<Answers> {
  const answers: Answers = {
    "sys/mounts": { data: { "cubbyhole/": NS, "identity/": NS, "sys/": NS } },
    "sys/auth": { data: { "token/": {} } },
  };
  const roles: string[] = [];
  const policies = ["default", "root"];
  const inside = (await declared([tenant])).filter(({ props }) => props["namespace"] === tenant.id);
  for (const { type, props } of inside) {
    const path = `${String(props["path"])}/`;
    switch (type) {
      case "vault:index/mount:Mount":
        Object.assign((answers["sys/mounts"] as { data: object }).data, {
          [path]: { type: props["type"], options: props["options"] },
        });
        break;
      case "vault:index/authBackend:AuthBackend":
        Object.assign((answers["sys/auth"] as { data: object }).data, { [path]: { type: props["type"] } });
        break;
      case "vault:index/policy:Policy":
        policies.push(String(props["name"]));
        answers[`sys/policies/acl/${String(props["name"])}`] = { data: { policy: props["policy"] } };
        break;
      case "vault:appRole/authBackendRole:AuthBackendRole":
        roles.push(String(props["roleName"]));
        answers[`auth/approle/role/${String(props["roleName"])}`] = {
          data: {
            token_policies: props["tokenPolicies"],
            token_no_default_policy: props["tokenNoDefaultPolicy"],
            token_ttl: props["tokenTtl"],
            token_max_ttl: props["tokenMaxTtl"],
            token_period: props["tokenPeriod"] ?? 0,
            token_bound_cidrs: [...(props["tokenBoundCidrs"] as string[])].reverse(),
            bind_secret_id: props["bindSecretId"] ?? true,
            secret_id_num_uses: props["secretIdNumUses"],
            secret_id_ttl: props["secretIdTtl"],
            secret_id_bound_cidrs: props["secretIdBoundCidrs"],
          },
        };
        break;
    }
  }
  return {
    ...answers,
    "auth/approle/role?list=true": { data: { keys: roles } },
    "sys/policies/acl?list=true": { data: { keys: policies } },
  };
}

async function judged(answers: Answers, tenant = acme): Promise<string[]> {
  const ledger = new Ledger();
  const reader: Reader = {
    address: "http://vault.test",
    get: (path) =>
      answers[path] === undefined
        ? Promise.reject(new ReadError(404, `GET ${path}: 404`))
        : Promise.resolve(answers[path]),
  };
  await judgeVault(tenant, reader, ledger);
  return sentences(ledger);
}

describe("the read-back of Vault", () => {
  let good: Answers;
  before(async () => {
    good = await answersOf(acme);
  });

  for (const tier of tierNames) {
    it(`finds nothing amiss in what the components declare for a ${tier} tenant`, async () => {
      const tenant = tenantOf(tier);
      assert.deepEqual(await judged(await answersOf(tenant), tenant), []);
    });
  }
  it("finds nothing amiss with logins bound to networks", async () => {
    assert.deepEqual(await judged(good), []);
  });

  it("finds the namespace missing", async () => {
    assert.deepEqual(await judged({}), [`acme: vault: namespace ${AT} is missing`]);
  });

  const MOUNT = `acme: vault: mount ${AT}/kv is missing or no KV version 2`;
  const READ = `acme: vault: policy ${AT}/tenant-read`;
  const others: [string, Answers, string][] = [
    ["no store", { "sys/mounts": { data: {} } }, MOUNT],
    [
      "a store of version 1",
      { "sys/mounts": { data: { "kv/": { type: "kv", options: { version: "1" } } } } },
      MOUNT,
    ],
    ["another store", { "sys/mounts": { data: { "kv/": { type: "transit", options: null } } } }, MOUNT],
    [
      "another mount",
      {
        "sys/mounts": { data: { "kv/": { type: "kv", options: { version: "2" } }, "pki/": NS, "kv-2/": NS } },
      },
      `acme: vault: namespace ${AT} has mounts that are not declared: pki/, kv-2/`,
    ],
    [
      "another policy",
      {
        "sys/policies/acl?list=true": {
          data: { keys: ["default", "tenant-read", "tenant-write", "debug", "constructor"] },
        },
      },
      `acme: vault: namespace ${AT} has policies that are not declared: debug, constructor`,
    ],
    [
      "another way in",
      { "sys/auth": { data: { "token/": {}, "approle/": {}, "userpass/": {} } } },
      `acme: vault: namespace ${AT} takes logins that are not declared, by userpass/`,
    ],
    [
      "another AppRole",
      { "auth/approle/role?list=true": { data: { keys: ["reader", "writer", "root"] } } },
      `acme: vault: namespace ${AT} has AppRoles that are not declared: root`,
    ],
    ["no policy", { "sys/policies/acl/tenant-read": undefined }, `${READ} is missing`],
    ["no AppRole", { "auth/approle/role/reader": undefined }, `acme: vault: AppRole ${AT}/reader is missing`],
  ];
  for (const [what, change, expected] of others) {
    it(`finds ${what}`, async () => assert.deepEqual(await judged({ ...good, ...change }), [expected]));
  }

  it("knows the policies of environments, and finds one loosened", async () => {
    const [home] = acme.namespaces;
    assert.ok(home);
    const tenant = tenantOf("standard", { namespaces: [{ ...home, environment: "prod" }] });
    const live = await answersOf(tenant);
    assert.deepEqual(await judged(live, tenant), []);
    const wide = { "sys/policies/acl/tenant-read-prod": { data: { policy: '{"path":{"*":{}}}' } } };
    assert.deepEqual(await judged({ ...live, ...wide }, tenant), [
      `acme: vault: policy ${AT}/tenant-read-prod allows something else than declared`,
    ]);
  });

  const loosened: [string, (text: string) => string][] = [
    ["a capability more", (text) => text.replace('["read"]', '["read","sudo"]')],
    ["a path more", (text) => text.replace(/\}\}$/, ',"sys/*":{"capabilities":["sudo"]}}}')],
    ["a path less", (text) => text.replace(/,"kv\/data\/\*":\{[^}]*\}/, "")],
    ["a path twice", (text) => text.replace('{"path":{', '{"path":{"kv/data/*":{"capabilities":["sudo"]},')],
    ["a second document", (text) => `{"path":{"*":{"capabilities":["sudo"]}},${text.slice(1)}`],
    ["HCL", () => 'path "*" { capabilities = ["sudo"] }'],
    ["nothing", () => ""],
  ];
  for (const [what, change] of loosened) {
    it(`finds a policy with ${what}`, async () => {
      const { data } = good["sys/policies/acl/tenant-read"] as { data: { policy: string } };
      const policy = change(data.policy);
      assert.notEqual(policy, data.policy);
      assert.deepEqual(await judged({ ...good, "sys/policies/acl/tenant-read": { data: { policy } } }), [
        `${READ} allows something else than declared`,
      ]);
    });
  }
  it("allows a policy with spaces", async () => {
    const { data } = good["sys/policies/acl/tenant-read"] as { data: { policy: string } };
    const policy = JSON.stringify(JSON.parse(data.policy), null, 2);
    assert.deepEqual(await judged({ ...good, "sys/policies/acl/tenant-read": { data: { policy } } }), []);
  });

  const TOKENS = "instead of 600 s, at most 1800 s";
  const NETWORKS = "takes logins from other networks than declared";
  const fields: [string, unknown, string][] = [
    ["token_no_default_policy", false, "carries the policies tenant-write, default instead of tenant-write"],
    [
      "token_policies",
      ["tenant-write", "root"],
      "carries the policies tenant-write, root instead of tenant-write",
    ],
    ["token_policies", [], "carries the policies none instead of tenant-write"],
    ["token_ttl", 0, `gives tokens of 0 s, at most 1800 s, ${TOKENS}`],
    ["token_max_ttl", 0, `gives tokens of 600 s, at most 0 s, ${TOKENS}`],
    ["token_period", 3600, "gives tokens that can be renewed for ever"],
    ["bind_secret_id", false, "takes logins without a secret id"],
    ["secret_id_num_uses", 0, "takes a secret id any number of times instead of once"],
    ["secret_id_num_uses", 2, "takes a secret id 2 times instead of once"],
    ["secret_id_ttl", 0, "lets a secret id wait for ever, more than 86400 s"],
    ["secret_id_ttl", 86_401, "lets a secret id wait 86401 s, more than 86400 s"],
    ["token_bound_cidrs", null, NETWORKS],
    ["token_bound_cidrs", ["0.0.0.0/0"], NETWORKS],
    ["secret_id_bound_cidrs", [], NETWORKS],
  ];
  for (const [field, value, fault] of fields) {
    it(`finds an AppRole with ${field} ${JSON.stringify(value)}`, async () => {
      const path = "auth/approle/role/writer";
      const { data } = good[path] as { data: object };
      assert.deepEqual(await judged({ ...good, [path]: { data: { ...data, [field]: value } } }), [
        `acme: vault: AppRole ${AT}/writer ${fault}`,
      ]);
    });
  }

  it("fails where Vault refuses to answer: no answer is no proof", async () => {
    const reader: Reader = {
      address: "http://vault.test",
      get: (path) => Promise.reject(new ReadError(403, `GET ${path}: 403 permission denied`)),
    };
    await assert.rejects(judgeVault(acme, reader, new Ledger()), { status: 403 });
  });
});
