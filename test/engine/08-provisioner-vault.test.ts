/**
 * The provisioner on the live OpenBao, logged in with its ServiceAccount's token: what a tenant list needs is granted,
 * and every way to climb from there is refused (R1-R4). Beside each refusal stands the legal twin. What does no lasting
 * harm is then done by the administrator, whose success shows that nothing else was wrong with it.
 */

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { up } from "../../automation/engine/run";
import { provisionerEnvironment } from "../../sandbox/provisioner";
import { sandbox } from "./fixture";
import { vault, type Reply } from "./vault";

/** A tenant that exists nowhere else, and a namespace with nothing in it yet. */
const CLIMBER = "8e4f3b2c-1d0a-4e9f-8b7c-6d5e4f3a2b1c";
const BARE = "9f5a4c3d-2e1b-4f0a-9c8d-7e6f5a4b3c2d";

/** A body may depend on what the sandbox has, which is known only then. */
type Attempt = readonly [method: string, path: string, body?: object | (() => object)];

const role = (more: object) => ({ token_policies: ["tenant-read"], ...more });
const login = (names: unknown) => ({
  bound_service_account_names: names,
  bound_service_account_namespaces: ["tenant-climber"],
  token_policies: ["tenant-read"],
});
const POLICY = { policy: 'path "kv/*" { capabilities = ["read"] }' };
const READER = "auth/approle/role/reader";
const LOGIN = "auth/kubernetes/role/external-secrets";
const CONFIG = "auth/kubernetes/config";
/** A key that a climber holds the other half of. */
const KEY = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
  type: "spki",
  format: "pem",
});

describe("the provisioner on the live Vault", () => {
  let provisioner: string;
  /** Who is asked about tokens, as the platform declares it. */
  let review: Record<string, unknown>;
  const authority = () => review["kubernetes_ca_cert"] as string;
  const administrator = () => sandbox().env["VAULT_TOKEN"] ?? "";

  function send(token: string, namespace: string, [method, path, body]: Attempt): Promise<Reply> {
    return vault(
      token,
      namespace,
      method,
      path,
      typeof body === "function" ? (body as () => object)() : body,
    );
  }

  async function allowed(token: string, namespace: string, ...attempt: Attempt): Promise<void> {
    const { status, errors } = await send(token, namespace, attempt);
    assert.ok(status < 300, `${attempt[0]} ${attempt[1]}: ${status} ${errors}`);
  }

  async function refused(namespace: string, ...attempt: Attempt): Promise<void> {
    const { status, errors } = await send(provisioner, namespace, attempt);
    assert.match(errors, /permission denied/, `${attempt[0]} ${attempt[1]}: ${status}`);
    assert.equal(status, 403);
  }

  before(async function () {
    this.timeout(600_000);
    if ((await vault(administrator(), "", "GET", "auth/tenantry/config")).status !== 200) {
      const { project, env } = sandbox();
      await up({ stack: "platform", directory: project.directory, environment: env });
    }
    provisioner = (await provisionerEnvironment(sandbox().dataDir))["VAULT_TOKEN"] ?? "";
    const { body } = await vault(administrator(), "", "GET", "auth/tenantry/config");
    const { kubernetes_host, kubernetes_ca_cert } = body["data"] as Record<string, unknown>;
    review = { kubernetes_host, kubernetes_ca_cert, disable_local_ca_jwt: true };
    await allowed(provisioner, "", "PUT", `sys/namespaces/${BARE}`);
  });

  after(async () => {
    await remove(`${BARE}/sys/namespaces/child`);
    await remove(`sys/namespaces/${BARE}`);
    await remove(`sys/namespaces/${CLIMBER}`);
  });

  /** A namespace goes in the background, and not before those in it. */
  async function remove(path: string): Promise<void> {
    for (let status = 0; status !== 404; await setTimeout(50)) {
      await vault(administrator(), "", "DELETE", path);
      ({ status } = await vault(administrator(), "", "GET", path));
    }
  }

  it("is its ServiceAccount, for an hour, with one policy", async () => {
    const { body } = await vault(provisioner, "", "GET", "auth/token/lookup-self");
    const { policies, ttl, meta } = body["data"] as {
      policies: string[];
      ttl: number;
      meta: Record<string, string>;
    };
    assert.deepEqual(policies, ["tenantry-provisioner"]);
    assert.ok(ttl > 3500 && ttl <= 3600, `${ttl} s`);
    assert.equal(meta["service_account_name"], "provisioner");
    assert.equal(meta["service_account_namespace"], "tenantry-system");
    await refused("", "POST", "auth/token/renew-self");
  });

  it("makes, reads and changes what a tenant consists of", async () => {
    const metadata = { custom_metadata: { "tenantry-tenant": "climber" } };
    await allowed(provisioner, "", "PUT", `sys/namespaces/${CLIMBER}`, metadata);
    await allowed(provisioner, "", "GET", "sys/namespaces?list=true");
    for (const [method, path, body] of [
      ["POST", "sys/mounts/kv", { type: "kv", options: { version: "2" }, config: {}, local: false }],
      ["POST", "sys/auth/approle", { type: "approle", description: "" }],
      ["POST", "sys/auth/kubernetes", { type: "kubernetes" }],
      ["PUT", "sys/policies/acl/tenant-read", POLICY],
      ["PUT", "sys/policies/acl/tenant-write", POLICY],
      ["PUT", "sys/policies/acl/tenant-read-prod", POLICY],
      ["PUT", READER, role({ bind_secret_id: true })],
      ["PUT", "auth/approle/role/writer", role({})],
      ["PUT", "auth/kubernetes/config", review],
      ["PUT", LOGIN, login(["external-secrets"])],
      ["PUT", `${LOGIN}-prod`, login(["external-secrets"])],
      ["POST", "sys/mounts/kv/tune", { description: "secrets", max_lease_ttl: "0s" }],
      ["GET", "sys/mounts", undefined],
      ["GET", "sys/mounts/kv", undefined],
      ["GET", "sys/auth", undefined],
      ["GET", "sys/auth/approle", undefined],
      ["GET", "sys/mounts/auth/kubernetes/tune", undefined],
      ["GET", "sys/policies/acl?list=true", undefined],
      ["GET", "sys/policies/acl/tenant-read", undefined],
      ["GET", "auth/approle/role?list=true", undefined],
      ["GET", `${READER}/role-id`, undefined],
      ["GET", "auth/kubernetes/config", undefined],
      ["GET", "auth/kubernetes/role?list=true", undefined],
      ["GET", LOGIN, undefined],
    ] as const) {
      await allowed(provisioner, CLIMBER, method, path, body);
    }
    await allowed(administrator(), CLIMBER, "POST", "kv/data/db", { data: { user: "climber" } });
  });

  describe("inside a tenant", () => {
    const attempts: [what: string, namespace: string, climb: Attempt, twin: Attempt][] = [
      ["read a secret", CLIMBER, ["GET", "kv/data/db"], ["GET", "sys/mounts/kv"]],
      [
        "write a secret",
        CLIMBER,
        ["POST", "kv/data/db", { data: {} }],
        ["POST", "sys/mounts/kv/tune", { description: "secrets" }],
      ],
      ["list secrets", CLIMBER, ["LIST", "kv/metadata"], ["LIST", "sys/policies/acl"]],
      ["read what is known of a secret", CLIMBER, ["GET", "kv/metadata/db"], ["GET", "sys/mounts"]],
      ["mint a secret id", CLIMBER, ["POST", `${READER}/secret-id`], ["GET", `${READER}/role-id`]],
      [
        "choose a secret id",
        CLIMBER,
        ["POST", `${READER}/custom-secret-id`, { secret_id: "known" }],
        ["GET", READER],
      ],
      [
        "let in whoever knows the id of a role",
        CLIMBER,
        ["POST", READER, role({ bind_secret_id: false, token_bound_cidrs: ["127.0.0.0/8"] })],
        ["POST", READER, role({ bind_secret_id: true, token_bound_cidrs: ["127.0.0.0/8"] })],
      ],
      [
        "choose a role's id",
        CLIMBER,
        ["POST", `${READER}/role-id`, { role_id: "known" }],
        ["GET", `${READER}/role-id`],
      ],
      [
        "add an AppRole",
        CLIMBER,
        ["POST", "auth/approle/role/backdoor", role({})],
        ["POST", "auth/approle/role/writer", role({})],
      ],
      [
        "let its own ServiceAccount in",
        CLIMBER,
        ["POST", LOGIN, login(["provisioner"])],
        ["POST", LOGIN, login(["external-secrets"])],
      ],
      [
        "let its own ServiceAccount in beside the tenant's",
        CLIMBER,
        ["POST", LOGIN, login(["external-secrets", "provisioner"])],
        ["POST", LOGIN, login("external-secrets")],
      ],
      [
        "let every ServiceAccount in",
        CLIMBER,
        ["POST", `${LOGIN}-prod`, login("*")],
        ["POST", `${LOGIN}-prod`, login(["external-secrets"])],
      ],
      [
        "add a login",
        CLIMBER,
        ["POST", "auth/kubernetes/role/backdoor", login(["external-secrets"])],
        ["POST", `${LOGIN}-test`, login(["external-secrets"])],
      ],
      [
        "have tokens judged by an API server of its own",
        CLIMBER,
        ["POST", CONFIG, () => ({ ...review, kubernetes_host: "https://evil.example" })],
        ["POST", CONFIG, () => review],
      ],
      [
        "have tokens judged under one authority more",
        CLIMBER,
        ["POST", CONFIG, () => ({ ...review, kubernetes_ca_cert: `${authority()}${authority()}` })],
        ["POST", CONFIG, () => ({ ...review, disable_iss_validation: true })],
      ],
      [
        "have tokens judged by keys of its own",
        CLIMBER,
        ["POST", CONFIG, () => ({ ...review, pem_keys: [KEY] })],
        ["POST", CONFIG, () => ({ ...review, pem_keys: "" })],
      ],
      [
        "write another policy",
        CLIMBER,
        ["PUT", "sys/policies/acl/backdoor", POLICY],
        ["PUT", "sys/policies/acl/tenant-read-test", POLICY],
      ],
      [
        "rewrite the default policy",
        CLIMBER,
        ["PUT", "sys/policies/acl/default", POLICY],
        ["GET", "sys/auth"],
      ],
      [
        "show secrets to the audit log",
        CLIMBER,
        ["POST", "sys/mounts/kv/tune", { audit_non_hmac_response_keys: ["data"] }],
        ["POST", "sys/mounts/kv/tune", { max_lease_ttl: "0s" }],
      ],
      ["create a token", CLIMBER, ["POST", "auth/token/create", {}], ["GET", "sys/auth/approle"]],
      ["make an identity", CLIMBER, ["POST", "identity/entity", { name: "x" }], ["GET", "sys/mounts"]],
      ["make a namespace in the tenant's", BARE, ["PUT", "sys/namespaces/child"], ["GET", "sys/mounts"]],
      [
        "mount another store",
        BARE,
        ["POST", "sys/mounts/other", { type: "kv" }],
        ["POST", "sys/mounts/kv", { type: "kv" }],
      ],
      [
        "enable another way in",
        BARE,
        ["POST", "sys/auth/userpass", { type: "userpass" }],
        ["POST", "sys/auth/kubernetes", { type: "kubernetes" }],
      ],
      [
        "pass one way in off as another",
        BARE,
        ["POST", "sys/auth/approle", { type: "userpass" }],
        ["GET", "sys/auth/kubernetes"],
      ],
    ];
    for (const [what, namespace, climb, twin] of attempts) {
      it(`may not ${what}: ${climb[0]} ${climb[1]}`, async () => {
        await refused(namespace, ...climb);
        await allowed(provisioner, namespace, ...twin);
      });
    }

    it("was refused for who it is", async () => {
      for (const [what, namespace, climb] of attempts) {
        const { status, errors } = await send(administrator(), namespace, climb);
        assert.ok(status < 300, `${what}: ${status} ${errors}`);
      }
    });
  });

  describe("outside tenants", () => {
    const OTHER = "0a6b5d4e-3f2c-4a1b-8d9e-8f7a6b5c4d3e";
    const attempts: [what: string, climb: Attempt, twin: Attempt][] = [
      [
        "make a namespace under keys that it would be handed",
        ["PUT", `sys/namespaces/${OTHER}`, { seal: 'seal "shamir" { shares = 1 threshold = 1 }' }],
        ["PUT", `sys/namespaces/${BARE}`, { custom_metadata: { a: "b" } }],
      ],
      ["seal a namespace", ["POST", `sys/namespaces/${CLIMBER}/seal`], ["GET", `sys/namespaces/${CLIMBER}`]],
      ["lock a namespace", ["POST", `sys/namespaces/api-lock/lock/${CLIMBER}`], ["LIST", "sys/namespaces"]],
      ["seal Vault", ["PUT", "sys/seal"], ["GET", "sys/health"]],
      ["read the storage", ["GET", "sys/raw/core/keyring"], ["GET", "sys/health"]],
      ["take a copy of all", ["GET", "sys/storage/raft/snapshot"], ["GET", "sys/health"]],
      ["rotate the keys", ["POST", "sys/rotate/keyring"], ["GET", "sys/health"]],
      ["see where the audit log goes", ["GET", "sys/audit"], ["GET", "auth/token/lookup-self"]],
      [
        "add an audit log",
        ["PUT", "sys/audit/own", { type: "file", options: { file_path: "stdout" } }],
        ["GET", "auth/token/lookup-self"],
      ],
      [
        "move a tenant's store to where it reads",
        ["POST", "sys/remount", { from: `${CLIMBER}/kv`, to: `${BARE}/kv2` }],
        ["GET", `${CLIMBER}/sys/mounts/kv`],
      ],
      ["create a token", ["POST", "auth/token/create", {}], ["GET", "auth/token/lookup-self"]],
      ["create an orphan", ["POST", "auth/token/create-orphan", {}], ["GET", "auth/token/lookup-self"]],
      ["find others' tokens", ["LIST", "auth/token/accessors"], ["GET", "auth/token/lookup-self"]],
      ["make an identity", ["POST", "identity/entity", { name: "x" }], ["GET", "auth/token/lookup-self"]],
      [
        "widen its own policy",
        ["PUT", "sys/policies/acl/tenantry-provisioner", POLICY],
        ["PUT", `${CLIMBER}/sys/policies/acl/tenant-read`, POLICY],
      ],
      [
        "write a policy",
        ["PUT", "sys/policies/acl/tenant-read", POLICY],
        ["PUT", `${CLIMBER}/sys/policies/acl/tenant-read`, POLICY],
      ],
      [
        "give its login more",
        ["POST", "auth/tenantry/role/provisioner", { token_policies: ["root"] }],
        ["POST", `${CLIMBER}/${READER}`, role({})],
      ],
      [
        "change who is asked about its login",
        ["POST", "auth/tenantry/config", () => review],
        ["POST", `${CLIMBER}/${CONFIG}`, () => review],
      ],
      ["mount a store", ["POST", "sys/mounts/kv", { type: "kv" }], ["GET", `${CLIMBER}/sys/mounts/kv`]],
      [
        "enable a way in",
        ["POST", "sys/auth/approle", { type: "approle" }],
        ["GET", `${CLIMBER}/sys/auth/approle`],
      ],
    ];
    for (const [what, climb, twin] of attempts) {
      it(`may not ${what}: ${climb[0]} ${climb[1]}`, async () => {
        await refused("", ...climb);
        await allowed(provisioner, "", ...twin);
      });
    }
  });

  describe("when a tenant goes", () => {
    it("removes the tenant with all that is in it", async () => {
      await allowed(provisioner, CLIMBER, "DELETE", READER);
      await allowed(provisioner, CLIMBER, "DELETE", LOGIN);
      await allowed(provisioner, CLIMBER, "DELETE", "sys/policies/acl/tenant-read");
      await allowed(provisioner, CLIMBER, "DELETE", "sys/auth/kubernetes");
      await allowed(provisioner, CLIMBER, "DELETE", "sys/mounts/kv");
      await allowed(provisioner, "", "DELETE", `sys/namespaces/${CLIMBER}`);
    });
  });
});
