/** What a command leaves behind, as an API server keeps it (R93, R94), and what is said of a cloud that is not well (R54). */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { auditFile } from "../../automation/audit/log";
import { verifyAudit } from "../../automation/audit/verify";
import { doctor, isWell, type CheckResult } from "../../automation/doctor/doctor";
import { operate } from "../../automation/operation";
import { ask, becomeOperator, LIST, run, sandbox, standing } from "./fixture";

/** Of its own, so that its log is not that of the ring's other commands. */
const STACK = "audited";

describe("the audit log on a cluster", function () {
  // Where this file runs by itself the platform and the sample list come first.
  this.timeout(400_000);
  const options = () => run(STACK);
  const command = (steps: number) =>
    operate(options(), { activity: "rotate", tenant: "acme" }, async (operation) => {
      for (let step = 1; step <= steps; step++) {
        await operation.step("vault", `step ${step}`, () => Promise.resolve());
      }
    });
  const faults = async () =>
    (await verifyAudit(options())).faults.map(({ line, fault }) => `${line} ${fault}`);

  before(async function () {
    this.timeout(600_000);
    await standing();
    await becomeOperator();
  });

  it("is announced by one Event a step, which the API server keeps", async () => {
    await command(3);
    const { status, body } = await ask(
      "GET",
      `/apis/events.k8s.io/v1/namespaces/tenantry-system/events?labelSelector=tenantry.dev/list%3D${STACK}`,
    );
    assert.equal(status, 200);
    const events = body["items"] as { note: string; reason: string; related: object; regarding: object }[];
    assert.deepEqual(events.map(({ note, reason }) => [reason, note]).sort(), [
      ["RotateDone", `rotate acme of ${STACK}: vault: step 1: done`],
      ["RotateDone", `rotate acme of ${STACK}: vault: step 2: done`],
      ["RotateDone", `rotate acme of ${STACK}: vault: step 3: done`],
    ]);
    assert.deepEqual(events[0]?.related, { apiVersion: "v1", kind: "Namespace", name: "tenant-acme" });
    const { entries, announced, faults: none, unchecked } = await verifyAudit(options());
    assert.deepEqual([entries, announced, none, unchecked], [3, 3, [], undefined]);
  });

  it("is found out where its end was cut off, and where it was written anew", async () => {
    const log = auditFile(options());
    const text = fs.readFileSync(log, "utf8");
    fs.writeFileSync(log, `${text.split("\n")[0]}\n`);
    assert.deepEqual(await faults(), [
      "2 is missing: Events announce entries up to 3, and the log ends with 1",
    ]);
    fs.rmSync(log);
    await command(1);
    assert.match((await faults())[0] ?? "", /^1 is not entry 1 as the Event tenantry-\w+ announced it$/);
    fs.writeFileSync(log, text);
    // The step of the second log is announced as well: two of its kind cannot both be the log.
    assert.equal((await faults()).length, 1);
  });

  it("goes on where the cluster takes no Event, and says how many it took none for", async () => {
    const stack = "unannounced";
    await operate(
      run(stack, { TENANTRY_OPERATOR_KUBECONFIG: unreachable() }),
      { activity: "rotate" },
      async (operation) => {
        await operation.step("vault", "one", () => Promise.resolve());
        await operation.step("vault", "two", () => Promise.resolve());
      },
    );
    const lines = fs
      .readFileSync(auditFile(run(stack)), "utf8")
      .trim()
      .split("\n");
    const last = JSON.parse(lines[2] ?? "") as Record<string, { unannounced?: number }>;
    assert.equal(lines.length, 3);
    assert.equal(last["prov:generated"]?.unannounced, 2);
  });
});

describe("doctor", () => {
  before(async function () {
    this.timeout(600_000);
    await standing();
    await becomeOperator();
  });

  async function examined(more: Record<string, string> = {}, stack = LIST) {
    const report = await doctor(run(stack, more));
    const of = (name: string): CheckResult => {
      const found = report.checks.find((check) => check.name === name);
      assert.ok(found, `no check ${name}`);
      return found;
    };
    const status = Object.fromEntries(report.checks.map((check) => [check.name, check.status]));
    return { report, of, status };
  }

  it("finds a cloud well that is, and says what it cannot know", async () => {
    const { status, of, report } = await examined();
    assert.deepEqual(status, {
      "Node.js": "ok",
      Pulumi: "ok",
      "provider plugins": "ok",
      state: "ok",
      lock: "ok",
      cluster: "ok",
      clock: "ok",
      provisioner: "ok",
      operator: "ok",
      definitions: "ok",
      // The sandbox has no packets, and the provisioner may not look for an agent.
      "network policies": "warning",
      guardrails: "ok",
      capacity: "warning",
      Vault: "ok",
      AWS: "ok",
      keys: "ok",
      "AWS limits": "warning",
      credentials: "ok",
      "break-glass": "ok",
      "files in out/": "ok",
      "audit log": "ok",
    });
    assert.match(of("network policies").detail, /^unknown: /);
    assert.match(of("operator").detail, /^system:serviceaccount:tenantry-system:operator/);
    assert.match(of("provisioner").detail, /^system:serviceaccount:tenantry-system:provisioner, /);
    assert.match(of("credentials").detail, /run's cluster credential: \d+ min/);
    assert.ok(report.checks.every(({ status: of, cure }) => of === "ok" || (cure ?? "") !== ""));
    assert.ok(!JSON.stringify(report).includes(sandbox().provisioner?.["VAULT_TOKEN"] ?? "?"));
  });

  it("says that the operator is the administrator", async () => {
    const { of, report } = await examined({
      TENANTRY_OPERATOR_KUBECONFIG: sandbox().env["KUBECONFIG"] ?? "",
    });
    assert.equal(of("operator").status, "failed");
    assert.match(of("operator").detail, /may do everything in the cluster/);
    assert.equal(isWell(report), false);
  });

  it("goes on where the cluster is gone", async () => {
    const { status, of } = await examined({ KUBECONFIG: unreachable() });
    assert.deepEqual(
      ["cluster", "clock", "provisioner", "definitions", "network policies", "guardrails", "capacity"].filter(
        (name) => status[name] !== "failed",
      ),
      [],
    );
    assert.match(of("cluster").detail, /127\.0\.0\.1:1 does not answer/);
    assert.deepEqual(
      [status["Vault"], status["AWS"], status["keys"], status["state"]],
      ["ok", "ok", "ok", "ok"],
    );
  });

  it("goes on where Vault, AWS, Pulumi's state or Pulumi itself is gone", async () => {
    const nowhere = "http://127.0.0.1:1";
    const [vault, aws, state, pulumi] = await Promise.all([
      examined({ VAULT_ADDR: nowhere }),
      examined({ AWS_ENDPOINT_URL: nowhere }),
      examined({ PULUMI_BACKEND_URL: "file:///nonexistent" }),
      examined({ PATH: path.dirname(process.execPath) }),
    ]);
    assert.deepEqual(
      [vault.status["Vault"], vault.status["cluster"], vault.status["AWS"]],
      ["failed", "ok", "ok"],
    );
    assert.match(vault.of("Vault").detail, /Vault at http:\/\/127\.0\.0\.1:1 does not answer/);
    assert.deepEqual(
      [aws.status["AWS"], aws.status["keys"], aws.status["Vault"]],
      ["failed", "failed", "ok"],
    );
    assert.deepEqual(
      [state.status["state"], state.status["AWS"], state.status["Vault"], state.status["clock"]],
      ["failed", "failed", "ok", "ok"],
    );
    assert.match(
      state.of("AWS").detail,
      /^it needs the output of the stack platform, which cannot be read: /,
    );
    assert.deepEqual([pulumi.status["Pulumi"], pulumi.status["Vault"]], ["failed", "ok"]);
    assert.equal(pulumi.of("Pulumi").detail, "there is no pulumi on the PATH");
  });

  it("says that a token is over, that a file in out/ is, and that a guardrail is gone", async () => {
    const out = path.join(sandbox().project.directory, "out");
    fs.mkdirSync(out, { recursive: true });
    const over = token({ exp: Math.floor(Date.now() / 1000) - 60 });
    const file = path.join(out, "tenant-acme.kubeconfig");
    fs.writeFileSync(file, kubeconfigWith(over), { mode: 0o600 });
    const kubeconfig = path.join(sandbox().dataDir, "over.kubeconfig");
    const mine = fs.readFileSync(sandbox().provisioner?.["KUBECONFIG"] ?? "", "utf8");
    const [sent = ""] = /eyJ[\w.-]+/.exec(mine) ?? [];
    assert.notEqual(sent, "");
    fs.writeFileSync(kubeconfig, mine.replace(sent, over), { mode: 0o600 });
    const binding =
      "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/tenantry-host-namespaces";
    const { status: found, body } = await ask("GET", binding);
    assert.equal(found, 200);
    await ask("DELETE", binding);
    try {
      const { of } = await examined();
      assert.match(of("files in out/").detail, /^out\/tenant-acme\.kubeconfig: the token is over$/);
      assert.match(of("guardrails").detail, /tenantry-host-namespaces/);
      const { of: expired } = await examined({ KUBECONFIG: kubeconfig });
      assert.match(expired("credentials").detail, /run's cluster credential: over since /);
      assert.match(expired("provisioner").detail, /401/);
    } finally {
      const { apiVersion, kind, spec, metadata } = body as Record<string, Record<string, unknown>>;
      const { name, labels, annotations } = metadata ?? {};
      await ask("POST", path.dirname(binding), {
        apiVersion,
        kind,
        spec,
        metadata: { name, labels, annotations },
      });
      fs.rmSync(file);
    }
    const { report, of } = await examined();
    assert.equal(of("guardrails").status, "ok");
    assert.equal(isWell(report), true);
  });

  it("says who holds the state, and that nobody does any more", async () => {
    const locks = path.join(sandbox().dataDir, "state", ".pulumi", "locks", "organization", "tenantry", LIST);
    const file = path.join(locks, "0.json");
    const held = {
      pid: 2 ** 22 + 1,
      username: "ann",
      hostname: os.hostname(),
      timestamp: "2026-11-23T11:00:00Z",
    };
    fs.mkdirSync(locks, { recursive: true });
    fs.writeFileSync(file, JSON.stringify(held));
    try {
      assert.match((await examined()).of("lock").detail, /^ann on .*, and that process is gone$/);
    } finally {
      fs.rmSync(file);
    }
  });

  it("says that a list was never run", async () => {
    const { of } = await examined({}, "never");
    assert.match(of("state").detail, /^the backend holds no stack never/);
  });
});

function unreachable(): string {
  const file = path.join(sandbox().dataDir, "nowhere.kubeconfig");
  const text = fs.readFileSync(sandbox().env["KUBECONFIG"] ?? "", "utf8");
  fs.writeFileSync(file, text.replace(/https:\/\/127\.0\.0\.1:\d+/, "https://127.0.0.1:1"), { mode: 0o600 });
  return file;
}

/** As the API server hands them out, signed by nobody. */
function token(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
}

function kubeconfigWith(token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "one", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "one", user: { token } }],
    contexts: [{ name: "one", context: { cluster: "one", user: "one" } }],
    "current-context": "one",
  });
}
