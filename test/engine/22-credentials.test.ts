/**
 * Credentials of tenants on live servers: what is handed out opens one namespace until it ends (R11, R12), and what is
 * made anew leaves the old one refused (R61), while another tenant notices nothing.
 */

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { issueKubeconfig, type IssuedKubeconfig } from "../../automation/credentials/kubeconfig";
import { issueToken } from "../../automation/credentials/exec-credential";
import { rotate } from "../../automation/credentials/rotate";
import { wrappedSecretId } from "../../automation/credentials/secret-id";
import { openVault } from "../../automation/vault";
import { ask, becomeOperator, LIST, sandbox, standing, tenantId } from "./fixture";
import { asker, type Ask } from "./kubernetes";
import { resourceVersions } from "./neighbour";
import { runAsOperator } from "./operator";
import { vault, type Reply } from "./vault";

const execute = promisify(execFile);
const REPOSITORY = path.join(__dirname, "..", "..");
const CONFIG_MAPS = "/api/v1/namespaces/tenant-acme/configmaps";

interface Config {
  readonly users: [{ name: string; user: { token?: string; exec?: { command: string; args: string[] } } }];
  readonly contexts: [{ context: { namespace: string } }];
}
interface Claims {
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  readonly "kubernetes.io": { readonly serviceaccount: { readonly name: string; readonly uid: string } };
}

const read = (file: string) => JSON.parse(fs.readFileSync(file, "utf8")) as Config;
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Claims;

async function holderOf(file: string): Promise<Ask> {
  return asker(fs.readFileSync(file, "utf8"), read(file).users[0].user.token);
}

describe("credentials of a tenant", function () {
  this.timeout(180_000);
  const options = (tenant = "acme") => ({ ...runAsOperator(LIST), tenant });
  let bin: string;

  before(async function () {
    this.timeout(600_000);
    await standing();
    await becomeOperator();
    bin = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-bin-"));
    const command = `#!/bin/sh\nexec "${process.execPath}" "${path.join(REPOSITORY, "cli", "tenantry.cjs")}" "$@"\n`;
    fs.writeFileSync(path.join(bin, "tenantry"), command, { mode: 0o755 });
  });
  after(() => fs.rmSync(bin, { recursive: true }));

  describe("a kubeconfig (R11, R12)", () => {
    let issued: IssuedKubeconfig;

    before(async () => {
      issued = await issueKubeconfig({ ...options(), ttlSeconds: 600 });
    });

    it("lies in out/, readable by its owner alone, where Git does not take it", () => {
      assert.equal(issued.file, path.join(sandbox().project.directory, "out", "tenant-acme.kubeconfig"));
      assert.equal(fs.statSync(issued.file).mode & 0o777, 0o600);
      const clone = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-git-"));
      fs.copyFileSync(path.join(REPOSITORY, ".gitignore"), path.join(clone, ".gitignore"));
      execFileSync("git", ["init", "--quiet", clone]);
      const asked = execFileSync("git", ["-C", clone, "check-ignore", "out/tenant-acme.kubeconfig"]);
      fs.rmSync(clone, { recursive: true });
      assert.equal(asked.toString().trim(), "out/tenant-acme.kubeconfig");
    });

    it("holds a token of the role's account, which ends when it was asked to", async () => {
      const { token } = read(issued.file).users[0].user;
      const claims = claimsOf(token ?? "");
      const { body } = await ask("GET", "/api/v1/namespaces/tenant-acme/serviceaccounts/tenant-dev");
      assert.equal(claims.sub, "system:serviceaccount:tenant-acme:tenant-dev");
      assert.equal(claims["kubernetes.io"].serviceaccount.uid, (body["metadata"] as { uid: string }).uid);
      assert.equal(claims.exp - claims.iat, 600);
      assert.equal(1000 * claims.exp, Date.parse(issued.expires ?? ""));
    });

    it("was tried at once: the own namespace opens, nodes, kube-system and other tenants do not", () => {
      const [own, ...closed] = issued.trials;
      assert.equal(own?.status, 200);
      assert.deepEqual(
        closed.slice(0, 2).map(({ asked, status }) => `${asked} ${status}`),
        ["GET /api/v1/nodes?limit=1 403", "GET /api/v1/namespaces/kube-system/pods?limit=1 403"],
      );
      assert.ok(
        closed.some(({ asked }) => asked.includes("/namespaces/tenant-globex/")),
        JSON.stringify(closed),
      );
      for (const { answered } of closed) {
        assert.match(
          answered,
          /is forbidden: User "system:serviceaccount:tenant-acme:tenant-dev" cannot list/,
        );
      }
    });

    it("works, and no further than its role", async () => {
      const dev = await holderOf(issued.file);
      const made = await dev("POST", CONFIG_MAPS, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "issued" },
      });
      assert.equal(made.status, 201, made.message);
      assert.equal((await dev("DELETE", `${CONFIG_MAPS}/issued`)).status, 200);
      const viewing = await issueKubeconfig({ ...options(), role: "view" });
      const view = await holderOf(viewing.file);
      assert.equal((await view("GET", CONFIG_MAPS)).status, 200);
      const refused = await view("DELETE", `${CONFIG_MAPS}/kube-root-ca.crt`);
      assert.equal(refused.status, 403);
      assert.match(refused.message, /tenant-view" cannot delete resource "configmaps"/);
    });

    it("is refused with everything that is wrong, and none is written", async () => {
      fs.rmSync(issued.file, { force: true });
      await assert.rejects(
        issueKubeconfig({ ...options(), ttlSeconds: 86_401, environmentName: "prod" }),
        /^RunFailure: acme has no environments; leave the environment out\na token lives 600 s to 24 h, not 86401 s/,
      );
      assert.equal(fs.existsSync(issued.file), false);
    });

    it("fetches its token by the command, through kubectl", async () => {
      const { file, expires } = await issueKubeconfig({ ...options(), mode: "exec" });
      assert.equal(expires, undefined);
      assert.equal(read(file).users[0].user.token, undefined);
      const { environment } = options();
      const env = { ...process.env, ...environment };
      const kubectl = (...args: string[]) =>
        execute("kubectl", ["--kubeconfig", file, ...args], {
          env: { ...env, PATH: `${bin}:${environment["PATH"] ?? process.env["PATH"] ?? ""}` },
        });
      const { stdout } = await kubectl("get", "configmaps", "--output", "name");
      assert.match(stdout, /^configmap\/kube-root-ca\.crt$/m);
      await assert.rejects(
        kubectl("get", "nodes"),
        /nodes is forbidden: User "system:serviceaccount:tenant-acme:tenant-dev" cannot list resource "nodes"/,
      );
    });

    it("has the token's end in what kubectl is told", async () => {
      const { status } = await issueToken({ ...options(), ttlSeconds: 900 });
      const claims = claimsOf(status.token);
      assert.equal(claims.exp - claims.iat, 900);
      assert.equal(1000 * claims.exp, Date.parse(status.expirationTimestamp));
    });

    it("has people sign in themselves, where the platform says how", async () => {
      const settings = path.join(sandbox().project.directory, "stacks", "Pulumi.platform.yaml");
      assert.doesNotMatch(fs.readFileSync(settings, "utf8"), /issuerUrl/);
      await assert.rejects(
        issueKubeconfig({ ...options(), mode: "oidc" }),
        /the platform's settings do not say how people sign in; set cluster\.oidc\.issuerUrl/,
      );
    });
  });

  describe("rotation (R61)", () => {
    const root = () => openVault(sandbox().env);
    const login = (id: string, credentials: object): Promise<Reply> =>
      vault(undefined, id, "POST", "auth/approle/login", credentials);
    const lookup = (id: string, token: string) => vault(token, id, "GET", "auth/token/lookup-self");
    const unwrap = async (id: string, roleId: string, wrappingToken: string) => {
      const { body, status, errors } = await vault(wrappingToken, id, "POST", "sys/wrapping/unwrap");
      assert.equal(status, 200, errors);
      return { role_id: roleId, secret_id: (body["data"] as { secret_id: string }).secret_id };
    };
    const secretId = async (id: string) => {
      const { roleId, wrappingToken } = await wrappedSecretId({ id }, "reader", root());
      return unwrap(id, roleId, wrappingToken);
    };
    const tokenOf = async (id: string) => {
      const { status, body, errors } = await login(id, await secretId(id));
      assert.equal(status, 200, errors);
      return (body["auth"] as { client_token: string }).client_token;
    };

    it("leaves every old credential refused, gives new ones that work, and spares the neighbour", async () => {
      const [acme, globex] = [tenantId("acme"), tenantId("globex")];
      const handedOut = await holderOf((await issueKubeconfig(options())).file);
      const neighbour = await holderOf((await issueKubeconfig(options("globex"))).file);
      const neighbours = "/api/v1/namespaces/tenant-globex/configmaps";
      const [oldSecret, oldToken] = [await secretId(acme), await tokenOf(acme)];
      const [otherSecret, otherToken] = [await secretId(globex), await tokenOf(globex)];
      assert.equal((await handedOut("GET", CONFIG_MAPS)).status, 200);
      assert.equal((await lookup(acme, oldToken)).status, 200);
      const before = await resourceVersions("tenant-globex");

      const { rotated, file, tried, untried } = await rotate(options());

      assert.deepEqual([...rotated], ["secret-ids", "tokens", "access"]);
      assert.deepEqual(untried, []);
      for (const credential of ["secret id of AppRole reader", "Vault token of AppRole reader"]) {
        assert.ok(
          tried.some((one) => one.credential === credential),
          JSON.stringify(tried),
        );
      }
      assert.equal(
        tried.filter(({ refused }) => /: 401 Unauthorized$/.test(refused)).length,
        4,
        JSON.stringify(tried),
      );

      const late = await handedOut("GET", CONFIG_MAPS);
      assert.deepEqual([late.status, late.message], [401, "Unauthorized"]);
      const noLogin = await login(acme, oldSecret);
      assert.match(noLogin.errors, /invalid role or secret ID/);
      assert.equal((await lookup(acme, oldToken)).status, 403);

      const again = await holderOf((await issueKubeconfig(options())).file);
      assert.equal((await again("GET", CONFIG_MAPS)).status, 200);
      assert.equal(fs.statSync(file ?? "").mode & 0o777, 0o600);
      const { secretIds } = JSON.parse(fs.readFileSync(file ?? "", "utf8")) as {
        secretIds: { role: string; roleId: string; wrappingToken: string }[];
      };
      const fresh = secretIds.find(({ role }) => role === "reader");
      const opened = await unwrap(acme, fresh?.roleId ?? "", fresh?.wrappingToken ?? "");
      assert.equal((await login(acme, opened)).status, 200);
      assert.equal((await vault(fresh?.wrappingToken, acme, "POST", "sys/wrapping/unwrap")).status, 400);

      assert.equal((await neighbour("GET", neighbours)).status, 200);
      assert.equal((await lookup(globex, otherToken)).status, 200);
      assert.equal((await login(globex, otherSecret)).status, 200);
      assert.deepEqual(await resourceVersions("tenant-globex"), before);
    });

    it("ends only what is asked for", async () => {
      const handedOut = await holderOf((await issueKubeconfig(options())).file);
      const token = await tokenOf(tenantId("acme"));
      const { rotated, file } = await rotate({ ...options(), what: ["tokens"] });
      assert.deepEqual([[...rotated], file], [["tokens"], undefined]);
      assert.equal((await lookup(tenantId("acme"), token)).status, 403);
      assert.equal((await handedOut("GET", CONFIG_MAPS)).status, 200);
    });
  });
});
