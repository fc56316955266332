import assert from "node:assert/strict";
import * as http from "node:http";
import { RunFailure } from "../../automation/outcome";
import { wrappedSecretId } from "../../automation/credentials/secret-id";
import { openVault } from "../../automation/vault";
import { serve } from "../proof/server";

const tenant = { id: "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f" };

async function minted(answer: Parameters<typeof serve>[0], ttl?: number) {
  const server = await serve(answer);
  try {
    const vault = openVault({ VAULT_ADDR: server.address, VAULT_TOKEN: "hvs.canary" });
    const outcome = await wrappedSecretId(tenant, "writer", vault, ttl).catch((error: unknown) => error);
    return { outcome, requests: server.requests };
  } finally {
    await server.close();
  }
}

const vault = ({ method }: http.IncomingMessage): [number, unknown] =>
  method === "GET"
    ? [200, { data: { role_id: "role" } }]
    : [200, { wrap_info: { token: "hvs.wrapped", ttl: 120 } }];

describe("a wrapped secret id", () => {
  it("is minted in the tenant's namespace, wrapped by Vault itself", async () => {
    const { outcome, requests } = await minted(vault, 120);
    assert.deepEqual(outcome, { roleId: "role", wrappingToken: "hvs.wrapped", ttl: 120 });
    assert.deepEqual(
      requests.map(({ method, url, headers }) => [
        method,
        url,
        headers["x-vault-namespace"],
        headers["x-vault-wrap-ttl"],
      ]),
      [
        ["GET", "/v1/auth/approle/role/writer/role-id", tenant.id, undefined],
        ["POST", "/v1/auth/approle/role/writer/secret-id", tenant.id, "120s"],
      ],
    );
  });

  it("lives ten minutes where nothing else is said", async () => {
    const { requests } = await minted(vault);
    assert.equal(requests[1]?.headers["x-vault-wrap-ttl"], "600s");
  });

  for (const [status, kind, exitCode] of [
    [403, "credentials", 3],
    [404, "resource", 4],
    [500, "resource", 4],
  ] as const) {
    it(`ends by ${kind} where Vault answers ${status}, and shows no token`, async () => {
      const { outcome } = await minted(() => [status, { errors: ["no", "no again"] }]);
      assert.ok(outcome instanceof RunFailure);
      assert.equal(outcome.kind, kind);
      assert.equal(outcome.exitCode, exitCode);
      assert.equal(outcome.message, `Vault refuses to read the role id: ${status} no; no again`);
      assert.ok(!`${outcome.stack}${JSON.stringify(outcome)}`.includes("canary"));
    });
  }
});
