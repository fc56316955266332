/**
 * The operator on the live OpenBao, logged in with its ServiceAccount's token: it hands out and takes back tenants'
 * logins, and reads no value (R1-R4, R61). Beside each refusal stands the legal twin. What was refused is then done by the
 * administrator, whose success shows that nothing else was wrong with it.
 */

import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { destroySecretIds, revokeTokens } from "../../automation/credentials/rotate-vault";
import { wrappedSecretId } from "../../automation/credentials/secret-id";
import { up } from "../../automation/engine/run";
import { openVault, type VaultClient } from "../../automation/vault";
import type { Tenant } from "../../model/tenant";
import { operatorEnvironment } from "../../sandbox/operator";
import { sandbox } from "./fixture";
import { vault, type Reply } from "./vault";

/** A tenant that exists nowhere else. */
const TENANT = { id: "0be4a704-0001-4000-8000-000000000001", name: "operated" } as Tenant;
const ID = TENANT.id;
const READER = "auth/approle/role/reader";
const READS = {
  policy:
    'path "kv/data/*" { capabilities = ["read"] } path "auth/token/lookup-self" { capabilities = ["read"] }',
};

type Attempt = readonly [method: string, path: string, body?: object];

describe("the operator on the live Vault", () => {
  let token: string;
  let operator: VaultClient;
  const administrator = () => sandbox().env["VAULT_TOKEN"] ?? "";
  const send = (as: string, namespace: string, [method, path, body]: Attempt) =>
    vault(as, namespace, method, path, body);

  async function allowed(as: string, namespace: string, ...attempt: Attempt): Promise<Reply> {
    const reply = await send(as, namespace, attempt);
    assert.ok(reply.status < 300, `${attempt[0]} ${attempt[1]}: ${reply.status} ${reply.errors}`);
    return reply;
  }

  async function refused(namespace: string, ...attempt: Attempt): Promise<void> {
    const { status, errors } = await send(token, namespace, attempt);
    assert.match(errors, /permission denied/, `${attempt[0]} ${attempt[1]}: ${status}`);
    assert.equal(status, 403);
  }

  /** A token of the tenant, as whoever is handed the secret id gets it. */
  async function logIn(): Promise<string> {
    const { roleId, wrappingToken } = await wrappedSecretId(TENANT, "reader", operator);
    const opened = await allowed(wrappingToken, ID, "POST", "sys/wrapping/unwrap");
    const { secret_id } = opened.body["data"] as { secret_id: string };
    const { body } = await vault(undefined, ID, "POST", "auth/approle/login", { role_id: roleId, secret_id });
    return (body["auth"] as { client_token: string }).client_token;
  }

  before(async function () {
    this.timeout(600_000);
    const { project, env, dataDir } = sandbox();
    if ((await vault(administrator(), "", "GET", "auth/tenantry/role/operator")).status !== 200) {
      await up({ stack: "platform", directory: project.directory, environment: env });
    }
    const own = await operatorEnvironment(dataDir);
    token = own["TENANTRY_OPERATOR_VAULT_TOKEN"] ?? "";
    operator = openVault({ ...env, VAULT_TOKEN: token });
    await allowed(administrator(), "", "PUT", `sys/namespaces/${ID}`);
    for (const [path, body] of [
      ["sys/mounts/kv", { type: "kv", options: { version: "2" } }],
      ["sys/auth/approle", { type: "approle" }],
      ["sys/auth/kubernetes", { type: "kubernetes" }],
      ["sys/policies/acl/tenant-read", READS],
      [READER, { token_policies: ["tenant-read"] }],
      ["auth/approle/role/writer", { token_policies: ["tenant-read"] }],
      ["auth/approle/role/backdoor", { token_policies: ["tenant-read"] }],
      ["kv/data/folder/db", { data: { user: "tenant" } }],
    ] as const) {
      // A store is busy for a moment after it is made.
      for (let { status } = await vault(administrator(), ID, "POST", path, body); status === 400;) {
        await setTimeout(100);
        ({ status } = await vault(administrator(), ID, "POST", path, body));
      }
    }
  });

  after(async () => {
    for (let status = 0; status !== 404; await setTimeout(50)) {
      await vault(administrator(), "", "DELETE", `sys/namespaces/${ID}`);
      ({ status } = await vault(administrator(), "", "GET", `sys/namespaces/${ID}`));
    }
  });

  it("is its ServiceAccount, for an hour, with one policy", async () => {
    const { body } = await allowed(token, "", "GET", "auth/token/lookup-self");
    const { policies, ttl, meta } = body["data"] as {
      policies: string[];
      ttl: number;
      meta: Record<string, string>;
    };
    assert.deepEqual(policies, ["tenantry-operator"]);
    assert.ok(ttl > 3400 && ttl <= 3600, `${ttl} s`);
    assert.equal(meta["service_account_name"], "operator");
    assert.equal(meta["service_account_namespace"], "tenantry-system");
    await refused("", "POST", "auth/token/renew-self");
  });

  it("hands out a login, and takes back what it has given", async () => {
    const holder = await logIn();
    await allowed(holder, ID, "GET", "kv/data/folder/db");
    await revokeTokens(TENANT, operator);
    const { status, errors } = await vault(holder, ID, "GET", "kv/data/folder/db");
    assert.equal(status, 403, errors);
  });

  it("takes back logins that nobody has used yet", async () => {
    await wrappedSecretId(TENANT, "reader", operator);
    await wrappedSecretId(TENANT, "writer", operator);
    const { body } = await allowed(token, ID, "LIST", `${READER}/secret-id`);
    const [secret_id_accessor] = (body["data"] as { keys: string[] }).keys;
    await allowed(token, ID, "POST", `${READER}/secret-id-accessor/lookup`, { secret_id_accessor });
    assert.ok((await destroySecretIds(TENANT, operator)) >= 2);
    assert.equal((await send(administrator(), ID, ["LIST", `${READER}/secret-id`])).status, 404);
  });

  it("sees that there are values, by their names", async () => {
    const { body } = await allowed(token, ID, "LIST", "kv/metadata/folder");
    assert.deepEqual(body["data"], { keys: ["db"] });
  });

  const list: Attempt = ["LIST", "kv/metadata"];
  const mint: Attempt = ["POST", `${READER}/secret-id`, {}];
  const attempts: [what: string, namespace: string, climb: Attempt, twin: Attempt][] = [
    ["read a value", ID, ["GET", "kv/data/folder/db"], list],
    ["write a value", ID, ["POST", "kv/data/folder/db", { data: { user: "evil" } }], list],
    ["hide a value", ID, ["DELETE", "kv/data/folder/db"], list],
    ["bring a version back", ID, ["POST", "kv/undelete/folder/db", { versions: [1] }], list],
    ["read what is told about a value", ID, ["GET", "kv/metadata/folder/db"], list],
    ["mint for another AppRole", ID, ["POST", "auth/approle/role/backdoor/secret-id"], mint],
    ["mint a login of its own terms", ID, ["POST", `${READER}/secret-id`, { num_uses: 1, ttl: "1m" }], mint],
    ["choose a secret id", ID, ["POST", `${READER}/custom-secret-id`, { secret_id: "known" }], mint],
    ["choose a role's id", ID, ["POST", `${READER}/role-id`, { role_id: "known" }], mint],
    ["widen an AppRole", ID, ["POST", READER, { token_policies: ["tenant-read", "other"] }], mint],
    ["read an AppRole", ID, ["GET", READER], ["GET", `${READER}/role-id`]],
    [
      "let a ServiceAccount in",
      ID,
      [
        "POST",
        "auth/kubernetes/role/external-secrets",
        { bound_service_account_names: ["operator"], bound_service_account_namespaces: ["*"] },
      ],
      mint,
    ],
    ["rewrite a policy", ID, ["PUT", "sys/policies/acl/tenant-read", READS], mint],
    ["read a policy", ID, ["GET", "sys/policies/acl/tenant-read"], list],
    ["mount a store", ID, ["POST", "sys/mounts/other", { type: "kv" }], list],
    ["enable a way in", ID, ["POST", "sys/auth/userpass", { type: "userpass" }], list],
    ["revoke what another mount gave", ID, ["PUT", "sys/leases/revoke-prefix/auth/token", {}], mint],
    ["create a token", ID, ["POST", "auth/token/create", {}], mint],
    ["make an identity", ID, ["POST", "identity/entity", { name: "x" }], mint],
    [
      "change a namespace",
      "",
      ["PUT", `sys/namespaces/${ID}`, { custom_metadata: { a: "b" } }],
      ["GET", "auth/token/lookup-self"],
    ],
    ["list tenants", "", ["LIST", "sys/namespaces"], ["GET", "auth/token/lookup-self"]],
    [
      "widen its own policy",
      "",
      ["GET", "sys/policies/acl/tenantry-operator"],
      ["GET", "auth/token/lookup-self"],
    ],
    [
      "read who else logs in where it does",
      "",
      ["GET", "auth/tenantry/role/provisioner"],
      ["GET", "auth/token/lookup-self"],
    ],
    ["make a token", "", ["POST", "auth/token/create", {}], ["GET", "auth/token/lookup-self"]],
  ];
  for (const [what, namespace, climb, twin] of attempts) {
    it(`may not ${what}: ${climb[0]} ${climb[1]}`, async () => {
      await refused(namespace, ...climb);
      await allowed(token, namespace, ...twin);
    });
  }

  it("was refused for who it is", async () => {
    for (const [what, namespace, climb] of attempts) {
      const { status, errors } = await send(administrator(), namespace, climb);
      assert.ok(status < 300, `${what}: ${status} ${errors}`);
    }
  });

  it("gives its token back", async () => {
    await allowed(token, "", "POST", "auth/token/revoke-self");
    await refused("", "GET", "auth/token/lookup-self");
  });
});
