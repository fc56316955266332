/** Questions to the live OpenBao, asked with tenants' AppRoles: each refusal beside its legal twin (R60, R61). */

import assert from "node:assert/strict";
import { wrappedSecretId } from "../../automation/credentials/secret-id";
import { openVault } from "../../automation/vault";
import type { VaultRole } from "../../model/vault";
import { sandbox, tenantId } from "./fixture";
import { vault } from "./vault";

describe("tenants on the live Vault", () => {
  const connection = () => openVault(sandbox().env);
  let acme: string;
  let globex: string;

  async function secretId(id: string, role: VaultRole): Promise<{ role_id: string; secret_id: string }> {
    const { roleId, wrappingToken } = await wrappedSecretId({ id }, role, connection());
    const { status, body } = await vault(wrappingToken, id, "POST", "sys/wrapping/unwrap");
    assert.equal(status, 200);
    return { role_id: roleId, secret_id: (body["data"] as { secret_id: string }).secret_id };
  }

  async function login(id: string, role: VaultRole): Promise<string> {
    const { status, body } = await vault(
      undefined,
      id,
      "POST",
      "auth/approle/login",
      await secretId(id, role),
    );
    assert.equal(status, 200, JSON.stringify(body));
    return (body["auth"] as { client_token: string }).client_token;
  }

  let reader: string;
  let writer: string;
  let strangerReader: string;

  before(async () => {
    [acme, globex] = [tenantId("acme"), tenantId("globex")];
    reader = await login(acme, "reader");
    writer = await login(acme, "writer");
    strangerReader = await login(globex, "reader");
  });

  async function refused(
    token: string | undefined,
    namespace: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<void> {
    const reply = await vault(token, namespace, method, path, body);
    assert.match(reply.errors, /permission denied/, `${method} ${path}: ${reply.status}`);
    assert.equal(reply.status, 403);
  }

  it("lets the writer write and the reader read what it wrote", async () => {
    const written = await vault(writer, acme, "POST", "kv/data/db", { data: { user: "acme-app" } });
    assert.equal(written.status, 200, written.errors);
    const read = await vault(reader, acme, "GET", "kv/data/db");
    assert.deepEqual((read.body["data"] as { data: unknown }).data, { user: "acme-app" });
  });

  it("lets the reader write nothing", () =>
    refused(reader, acme, "POST", "kv/data/db", { data: { user: "mallory" } }));

  it("knows a tenant's token in no other namespace (attacks A192, A193)", async () => {
    await refused(reader, globex, "GET", "kv/data/db");
    await refused(strangerReader, acme, "GET", "kv/data/db");
    await refused(writer, globex, "POST", "kv/data/db", { data: { user: "mallory" } });
    await refused(reader, "", "GET", `${globex}/kv/data/db`);
    await refused(reader, "root", "GET", "sys/namespaces/" + globex);
  });

  it("lets no path climb out (attack A194)", async () => {
    for (const [namespace, path] of [
      [`${acme}/../${globex}`, "kv/data/db"],
      [acme, `../${globex}/kv/data/db`],
      [acme, "kv/data/../../sys/namespaces"],
    ] as const) {
      const { status } = await vault(reader, namespace, "GET", path);
      assert.ok([400, 403, 404].includes(status), `${namespace} ${path}: ${status}`);
    }
  });

  for (const [method, path, body] of [
    ["LIST", "sys/namespaces", undefined],
    ["POST", "sys/namespaces/child", {}],
    ["GET", "sys/mounts", undefined],
    ["POST", "sys/mounts/other", { type: "kv" }],
    ["PUT", "sys/policies/acl/tenant-read", { policy: 'path "*" { capabilities = ["sudo"] }' }],
    ["POST", "auth/approle/role/reader", { token_policies: ["root"] }],
    ["POST", "auth/approle/role/writer/secret-id", {}],
    ["POST", "auth/token/create", { policies: ["root"] }],
  ] as const) {
    it(`refuses ${method} ${path} (attacks A195, A196)`, () => refused(writer, acme, method, path, body));
  }

  it("keeps system-wide paths out of the namespace, for whoever asks (attack A197)", async () => {
    const { status, errors } = await vault(sandbox().env["VAULT_TOKEN"] ?? "", acme, "GET", "sys/audit");
    assert.match(errors, /operation only available in root namespace/);
    assert.equal(status, 400);
  });

  it("opens a wrapped secret id once (attack A202)", async () => {
    const { wrappingToken } = await wrappedSecretId({ id: acme }, "reader", connection());
    assert.equal((await vault(wrappingToken, acme, "POST", "sys/wrapping/unwrap")).status, 200);
    const second = await vault(wrappingToken, acme, "POST", "sys/wrapping/unwrap");
    assert.match(second.errors, /wrapping token is not valid or does not exist/);
    assert.equal(second.status, 400);
  });

  it("takes a secret id once (attack A199)", async () => {
    const credentials = await secretId(acme, "reader");
    assert.equal((await vault(undefined, acme, "POST", "auth/approle/login", credentials)).status, 200);
    const second = await vault(undefined, acme, "POST", "auth/approle/login", credentials);
    assert.match(second.errors, /invalid (role or )?secret[ _]id/i);
    assert.equal(second.status, 400);
  });

  it("takes no secret id with another tenant's role (attack A200)", async () => {
    const mine = await secretId(acme, "reader");
    const theirs = await secretId(globex, "reader");
    const mixed = await vault(undefined, globex, "POST", "auth/approle/login", {
      role_id: theirs.role_id,
      secret_id: mine.secret_id,
    });
    assert.match(mixed.errors, /invalid (role or )?secret[ _]id/i);
    assert.equal(mixed.status, 400);
    assert.equal((await vault(undefined, globex, "POST", "auth/approle/login", theirs)).status, 200);
  });

  it("ends a token in time and gives it one policy", async () => {
    const { body } = await vault(reader, acme, "GET", "auth/token/lookup-self");
    const data = body["data"] as {
      ttl: number;
      explicit_max_ttl: number;
      policies: string[];
      renewable: boolean;
    };
    assert.deepEqual(data.policies, ["tenant-read"]);
    assert.ok(data.ttl > 0 && data.ttl <= 1200, `${data.ttl} s`);
  });
});
