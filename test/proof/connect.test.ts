import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { connect } from "../../proof/connect";
import { ReadError } from "../../proof/reader";
import { platform } from "../components/fixtures";
import { serve, withEnvironment } from "./server";

type Answer = Parameters<typeof serve>[0];

async function reading(
  answer: Answer,
  namespace?: string,
): Promise<{ outcome: unknown; address: string; count: number }> {
  const server = await serve(answer);
  try {
    const environment = { VAULT_ADDR: server.address, VAULT_TOKEN: "hvs.canary", VAULT_NAMESPACE: namespace };
    const outcome = await withEnvironment(environment, () =>
      connect(platform)
        .vault()
        .get("sys/mounts")
        .catch((error: unknown) => error),
    );
    return { outcome, address: server.address, count: server.requests.length };
  } finally {
    await server.close();
  }
}

describe("reading from a server", () => {
  it("sends the token, and names the namespace inside that of the environment", async () => {
    const server = await serve(({ headers }) => [200, headers]);
    try {
      const environment = { VAULT_ADDR: server.address, VAULT_TOKEN: "t", VAULT_NAMESPACE: "top" };
      await withEnvironment(environment, async () => {
        const vault = connect(platform).vault();
        const outer = (await vault.get("x")) as Record<string, string>;
        const inner = (await vault.within("acme").get("x")) as Record<string, string>;
        assert.equal(outer["x-vault-token"], "t");
        assert.equal(outer["x-vault-namespace"], "top");
        assert.equal(inner["x-vault-namespace"], "top/acme");
      });
    } finally {
      await server.close();
    }
  });

  it("refuses an address that is no URL and a token that is none, and shows no token", async () => {
    const refusal = (environment: Record<string, string>) =>
      withEnvironment(environment, async () => {
        try {
          connect(platform).vault();
        } catch (error) {
          assert.ok(error instanceof ReadError);
          return error.message;
        }
        return "accepted";
      });
    assert.equal(
      await refusal({ VAULT_ADDR: "127.0.0.1:8200", VAULT_TOKEN: "t" }),
      'VAULT_ADDR is "127.0.0.1:8200", which is no URL; write https://vault.example:8200',
    );
    assert.equal(
      await refusal({ VAULT_ADDR: "http://127.0.0.1:8200", VAULT_TOKEN: "hvs.canary\nx" }),
      "VAULT_TOKEN holds characters that no token has; set it anew",
    );
    assert.equal(
      await refusal({ VAULT_ADDR: "http://127.0.0.1:8200", VAULT_TOKEN: "hvs.canary\n" }),
      "accepted",
    );
  });

  describe("with a token that a login left in the home folder", () => {
    let home: string;
    beforeEach(() => (home = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-home-"))));
    afterEach(() => fs.rmSync(home, { recursive: true }));

    async function sent(token: string | undefined): Promise<unknown> {
      const server = await serve(({ headers }) => [200, headers]);
      const environment = { VAULT_ADDR: server.address, VAULT_TOKEN: token, HOME: home };
      try {
        const headers = await withEnvironment(environment, () => connect(platform).vault().get("x"));
        return (headers as Record<string, string>)["x-vault-token"];
      } finally {
        await server.close();
      }
    }
    const leave = (text: string) => fs.writeFileSync(path.join(home, ".vault-token"), text);

    it("takes it where VAULT_TOKEN is empty or not set", async () => {
      leave("hvs.file\n");
      assert.equal(await sent(undefined), "hvs.file");
      assert.equal(await sent(""), "hvs.file");
    });
    it("takes VAULT_TOKEN first", async () => {
      leave("hvs.file");
      assert.equal(await sent("hvs.environment"), "hvs.environment");
    });
    it("sends none where there is no such file", async () => assert.equal(await sent(""), ""));
    it("says that the file holds no token, or cannot be read, and shows nothing of it", async () => {
      const file = path.join(home, ".vault-token");
      leave("hvs.canary\nx");
      await assert.rejects(sent(""), { message: `${file} holds characters that no token has; set it anew` });
      fs.rmSync(file);
      fs.mkdirSync(file);
      await assert.rejects(sent(""), {
        status: 403,
        message: `VAULT_TOKEN is empty, and ${file} cannot be read (EISDIR)`,
      });
    });
  });

  const passing: [string, Answer][] = [
    ["a connection that breaks", () => "broken"],
    ["bytes that got garbled", () => [400, "400 Bad Request"]],
    ["too many requests", () => [429, { errors: ["slow down"] }]],
    ["a server that starts", () => [503, "starting"]],
  ];
  for (const [what, answer] of passing) {
    it(`asks again after ${what}`, async () => {
      const { outcome, count } = await reading((request, n, body) =>
        n === 1 ? answer(request, n, body) : [200, { ok: true }],
      );
      assert.deepEqual(outcome, { ok: true });
      assert.equal(count, 2);
    });
  }

  it("gives up after three attempts, and names the server and the path", async () => {
    const { outcome, address, count } = await reading(() => [500, { errors: ["boom", "bang"] }]);
    assert.ok(outcome instanceof ReadError);
    assert.equal(outcome.status, 500);
    assert.equal(outcome.message, `GET ${address}/v1/sys/mounts: 500 boom; bang`);
    assert.equal(count, 3);
  });

  for (const [status, body, said] of [
    [403, { errors: ["permission denied"] }, "permission denied"],
    [404, { message: "not found" }, "not found"],
    [400, { errors: ["bad path"] }, "bad path"],
    [401, "Unauthorized", "Unauthorized"],
  ] as const) {
    it(`takes ${status} for an answer, at once, and shows no token`, async () => {
      const { outcome, address, count } = await reading(() => [status, body]);
      assert.ok(outcome instanceof ReadError);
      assert.equal(outcome.status, status);
      assert.equal(outcome.message, `GET ${address}/v1/sys/mounts: ${status} ${said}`);
      assert.ok(!String(outcome.stack).includes("hvs.canary"));
      assert.equal(count, 1);
    });
  }

  it("says at once that nobody listens", async () => {
    const server = await serve(() => "broken");
    await server.close();
    await withEnvironment({ VAULT_ADDR: server.address }, () =>
      assert.rejects(connect(platform).vault().get("sys/mounts"), (error: unknown) => {
        assert.ok(error instanceof ReadError);
        assert.equal(error.status, 0);
        assert.match(
          error.message,
          /^GET http:\/\/127\.0\.0\.1:\d+\/v1\/sys\/mounts: connect ECONNREFUSED 127\.0\.0\.1/,
        );
        return true;
      }),
    );
  });

  it("keeps the path that a kubeconfig's server has", async () => {
    const text = JSON.stringify({
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1/clusters/c-1" } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });
    const cluster = await connect(platform, text).kubernetes();
    await assert.rejects(cluster.get("/readyz"), {
      message: "GET https://127.0.0.1:1/clusters/c-1/readyz: connect ECONNREFUSED 127.0.0.1:1",
    });
  });

  it("says that a kubeconfig names no cluster", async () => {
    await assert.rejects(connect(platform, "{}").kubernetes(), {
      message: "the kubeconfig names no cluster; set KUBECONFIG or the config kubeconfig",
    });
  });
});
