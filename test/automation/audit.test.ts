import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { canonicalize } from "json-canonicalize";
import { auditTrail } from "../../automation/audit/trail";
import { linked, linkSchema, type AuditedStep } from "../../automation/audit/entry";
import { eventNamespace } from "../../automation/audit/event";
import { auditFile, tornFile } from "../../automation/audit/log";
import { verifyAudit } from "../../automation/audit/verify";
import type { Cluster, Reply } from "../../automation/cluster";
import { operate } from "../../automation/operation";
import { RunFailure } from "../../automation/outcome";
import type { Progress } from "../../automation/progress";

/** A cluster that keeps the Events it is sent, or refuses them. */
class Events implements Cluster {
  readonly address = "https://cluster.test";
  readonly authority = undefined;
  readonly taken: Record<string, unknown>[] = [];

  constructor(private readonly refusal?: string) {}

  async request(method: string, _path: string, body?: unknown): Promise<Reply> {
    if (this.refusal !== undefined) {
      return { status: 403, message: this.refusal, body: {} };
    }
    if (method === "POST") {
      this.taken.push({ ...(body as Record<string, unknown>) });
      return { status: 201, message: "", body: {} };
    }
    const items = this.taken.map((event, index) => ({
      ...event,
      metadata: { ...(event["metadata"] as object), name: `tenantry-${index}` },
    }));
    return { status: 200, message: "", body: { metadata: {}, items } };
  }

  withToken(): Cluster {
    return this;
  }
}

const step = (number: number, more: Partial<AuditedStep> = {}): AuditedStep => ({
  activity: "suspend",
  tenant: "acme",
  plane: "kubernetes",
  step: `step ${number}`,
  began: new Date("2026-11-23T10:00:00Z"),
  ended: new Date("2026-11-23T10:00:01Z"),
  outcome: "done",
  ...more,
});

describe("the audit log", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-audit-"));
  let project = { stack: "none", directory };
  let count = 0;
  beforeEach(() => {
    project = { stack: `list-${++count}`, directory };
  });
  after(() => fs.rmSync(directory, { recursive: true }));

  const read = () =>
    fs
      .readFileSync(auditFile(project), "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const rewrite = (change: (lines: string[]) => string[]) => {
    const lines = fs.readFileSync(auditFile(project), "utf8").split("\n").slice(0, -1);
    fs.writeFileSync(auditFile(project), `${change(lines).join("\n")}\n`);
  };
  const verified = (cluster: Cluster | "none" = "none") => verifyAudit({ ...project, cluster });
  const faults = async (cluster: Cluster | "none" = "none") =>
    (await verified(cluster)).faults.map(({ line, fault }) => `${line} ${fault}`);
  const write = async (steps: readonly AuditedStep[], cluster = new Events()) => {
    const trail = auditTrail(project, { actor: "ada", cluster: () => Promise.resolve(cluster) });
    for (const one of steps) {
      await trail.append(one);
    }
    await trail.close();
    return cluster;
  };
  const steps = (number: number) => Array.from({ length: number }, (_, index) => step(index + 1));

  it("says who did what when, with what and what came of it, as a PROV-O Activity", async () => {
    fs.mkdirSync(path.join(directory, "tenants", project.stack), { recursive: true });
    fs.writeFileSync(path.join(directory, "tenants", project.stack, "acme.yaml"), "name: acme\n");
    await write([step(1, { facts: { planDigest: "abc", scaled: 3 } })]);
    const [{ "@id": id, hash, ...entry } = {}] = read();
    assert.match(String(id), /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-7/);
    assert.match(String(hash), /^[0-9a-f]{64}$/);
    assert.deepEqual(entry, {
      "@context": {
        "@vocab": "https://tenantry.dev/audit#",
        prov: "http://www.w3.org/ns/prov#",
        xsd: "http://www.w3.org/2001/XMLSchema#",
      },
      "@type": "prov:Activity",
      activity: "suspend",
      step: "step 1",
      plane: "kubernetes",
      list: project.stack,
      tenant: "acme",
      outcome: "done",
      planDigest: "abc",
      "prov:startedAtTime": { "@type": "xsd:dateTime", "@value": "2026-11-23T10:00:00.000Z" },
      "prov:endedAtTime": { "@type": "xsd:dateTime", "@value": "2026-11-23T10:00:01.000Z" },
      "prov:wasAssociatedWith": { "@type": "prov:Person", name: "ada" },
      "prov:used": [
        {
          "@type": "prov:Entity",
          file: `tenants/${project.stack}/acme.yaml`,
          sha256: "9d8ac4d3aa0e5a0291b9600a4f77a2aef410310d54bc45d24801c572f1a008c2",
        },
      ],
      "prov:generated": { "@type": "prov:Entity", scaled: 3 },
      sequence: 1,
      previous: "0".repeat(64),
    });
  });

  it("names the run of a pipeline and who started it", async () => {
    const environment = {
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "example/tenants",
      GITHUB_RUN_ID: "42",
      GITHUB_ACTOR: "grace",
    };
    await auditTrail({ ...project, environment }, { cluster: () => Promise.resolve(new Events()) }).append(
      step(1),
    );
    assert.deepEqual(read()[0]?.["prov:wasAssociatedWith"], {
      "@type": "prov:SoftwareAgent",
      "@id": "https://github.com/example/tenants/actions/runs/42",
      "prov:actedOnBehalfOf": { "@type": "prov:Person", name: "grace" },
    });
  });

  it("records every step of a command, failed ones too", async () => {
    const environment = { KUBECONFIG: "/nonexistent" };
    await operate({ ...project, environment }, { activity: "resume", tenant: "acme" }, async (operation) => {
      await operation.step(
        "vault",
        "give the roles back",
        () => Promise.resolve(2),
        (roles) => ({ roles }),
      );
      await operation.step("aws", "lift the deny", () => Promise.reject(new Error("no")));
    }).catch(() => undefined);
    assert.deepEqual(
      read().map(({ step: words, outcome }) => [words, outcome]),
      [
        ["give the roles back", "done"],
        ["lift the deny", "failed"],
        ["announce the steps as Events", "failed"],
      ],
    );
    assert.deepEqual(await faults(), []);
  });

  /** A program that appends until it is done, or ended. */
  const writer = (steps: number): string => {
    const file = path.join(directory, `${project.stack}.ts`);
    const script = `
      import { auditTrail } from ${JSON.stringify(path.resolve("automation/audit/trail.ts"))};
      const cluster = { request: async () => ({ status: 201, message: "", body: {} }) };
      const trail = auditTrail(${JSON.stringify(project)}, { actor: String(process.pid), cluster: async () => cluster });
      const at = new Date();
      Promise.all(Array.from({ length: ${steps} }, (_, index) =>
        trail.append({ activity: "up", plane: "state", step: "s" + index, began: at, ended: at, outcome: "done" })));
    `;
    fs.writeFileSync(file, script);
    return file;
  };

  it("is one chain where many processes write at once, and all find the lock of a dead one", async function () {
    this.timeout(60_000);
    const file = writer(20);
    fs.mkdirSync(path.dirname(auditFile(project)), { recursive: true });
    const dead = { pid: 2 ** 22 + 1, host: os.hostname(), nonce: "dead" };
    fs.writeFileSync(`${auditFile(project)}.lock`, JSON.stringify(dead));
    await Promise.all(
      Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, ["--import", "tsx", file])),
    );
    const verdict = await verified();
    assert.deepEqual(verdict.faults, []);
    assert.equal(verdict.entries, 80);
    assert.equal(verdict.head?.sequence, 80);
  });

  it("is whole again behind writers that were killed", async function () {
    this.timeout(60_000);
    const file = writer(10_000);
    let before = 0;
    for (const pause of [0, 3, 7]) {
      const child = spawn(process.execPath, ["--import", "tsx", file], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("close", resolve));
      const lines = () => (fs.existsSync(auditFile(project)) ? fs.statSync(auditFile(project)).size : 0);
      while (lines() === before) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      child.kill("SIGKILL");
      await ended;
      await write([step(1)]);
      assert.deepEqual(await faults(), []);
      before = lines();
    }
  });

  it("takes the lock of a process that is gone, and of nobody who lives", async () => {
    await write(steps(1));
    const lock = `${auditFile(project)}.lock`;
    const held = (pid: number) =>
      fs.writeFileSync(lock, JSON.stringify({ pid, host: os.hostname(), nonce: `n${pid}` }));
    held(2 ** 22 + 1);
    await write([step(2)]);
    assert.equal(read().length, 2);
    held(process.pid);
    const waiting = write([step(3)]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(read().length, 2);
    fs.rmSync(lock);
    await waiting;
    assert.equal(read().length, 3);
  });

  it("moves a line aside that a crash cut short, keeps it and tells of it", async () => {
    await write(steps(2));
    const half = '{"@context":"ü'.slice(0, -1);
    const torn = Buffer.concat([Buffer.from(half), Buffer.from([0xc3])]);
    fs.appendFileSync(auditFile(project), torn);
    assert.deepEqual(await faults(), ["3 was never finished; the next command moves it aside"]);
    await write([step(3)]);
    assert.deepEqual(
      read().map(({ step: words }) => words),
      ["step 1", "step 2", "step 3", "move aside a line that was never finished"],
    );
    const verdict = await verified();
    assert.deepEqual([verdict.faults, verdict.torn], [[], 1]);
    const kept = JSON.parse(fs.readFileSync(tornFile(auditFile(project)), "utf8")) as { base64: string };
    assert.deepEqual(Buffer.from(kept.base64, "base64"), torn);

    fs.rmSync(tornFile(auditFile(project)));
    assert.deepEqual(await faults(), [
      "4 tells of an unfinished line that is not kept beside the log any more",
    ]);
  });

  it("begins anew behind a first line that was cut short", async () => {
    fs.mkdirSync(path.dirname(auditFile(project)), { recursive: true });
    fs.writeFileSync(auditFile(project), "{");
    await write(steps(1));
    assert.deepEqual([await faults(), read()[0]?.["sequence"]], [[], 1]);
  });

  it("refuses to go on behind a line that is no entry", async () => {
    await write(steps(1));
    fs.appendFileSync(auditFile(project), "nothing\n");
    await assert.rejects(
      write([step(2)]),
      (error) =>
        error instanceof RunFailure &&
        error.message.endsWith("is no entry, so that nothing can be linked to it; see tenantry audit verify"),
    );
  });

  it("fails the step that cannot be recorded", async () => {
    const nowhere = { stack: "x", directory: path.join(directory, "full") };
    fs.mkdirSync(nowhere.directory);
    fs.writeFileSync(path.join(nowhere.directory, "audit"), "");
    await assert.rejects(
      auditTrail(nowhere).append(step(1)),
      (error) =>
        error instanceof RunFailure &&
        /cannot be written \(EEXIST\), and no step goes unrecorded/.test(error.message),
    );
  });

  describe("verification", () => {
    const changed = (line: string, from: string, to: string) => {
      assert.ok(line.includes(from));
      return line.replace(from, to);
    };

    it("finds nothing wrong with a log that nobody touched", async () => {
      const cluster = await write(steps(5));
      assert.deepEqual(await verified(cluster), {
        entries: 5,
        head: { sequence: 5, hash: read()[4]?.["hash"] },
        faults: [],
        torn: 0,
        announced: 5,
      });
    });

    it("names the line that was changed", async () => {
      await write(steps(5));
      rewrite((lines) => lines.map((line, at) => (at === 2 ? changed(line, '"done"', '"failed"') : line)));
      assert.deepEqual(await faults(), ["3 was changed: its hash is not that of what it says"]);
    });

    it("names the line behind one whose hash was made to fit", async () => {
      await write(steps(3));
      const [first, second] = read();
      const forged = linked({ ...second, outcome: "failed" }, linkSchema.parse(first));
      rewrite(([one = "", , three = ""]) => [one, canonicalize(forged), three]);
      assert.deepEqual(await faults(), [
        "3 does not follow entry 2: that one was changed together with its hash, or another stood there",
      ]);
    });

    it("names gaps, strangers, doubles, lines out of order and other spellings", async () => {
      await write(steps(6));
      const original = fs.readFileSync(auditFile(project), "utf8");
      const after = async (change: (lines: string[]) => string[]) => {
        fs.writeFileSync(auditFile(project), original);
        rewrite(change);
        return faults();
      };
      assert.deepEqual(await after((lines) => lines.filter((_, at) => at !== 1 && at !== 2)), [
        "2 follows a gap: entries 2 to 3 are missing",
      ]);
      assert.deepEqual(await after((lines) => lines.slice(1)), ["1 follows a gap: entry 1 is missing"]);
      assert.deepEqual(await after(([one = "", ...rest]) => [one, one, ...rest]), [
        "2 stands in the wrong place or twice: it is entry 1",
      ]);
      assert.deepEqual(await after(([one = "", two = "", ...rest]) => [two, one, ...rest]), [
        "1 follows a gap: entry 1 is missing",
        "2 stands in the wrong place or twice: it is entry 1",
        "3 follows a gap: entry 2 is missing",
      ]);
      assert.deepEqual(await after((lines) => [...lines, "{}"]), ["7 is no entry"]);
      assert.deepEqual(await after(([one = "", ...rest]) => [one.replace("{", "{ "), ...rest]), [
        "1 is spelt in another way than it was written",
      ]);
    });

    it("finds by the cluster's Events that the end was cut off, or everything written anew", async () => {
      const cluster = await write(steps(4));
      const original = fs.readFileSync(auditFile(project), "utf8");
      rewrite((lines) => lines.slice(0, 2));
      assert.deepEqual(await faults(), []);
      assert.deepEqual(await faults(cluster), [
        "3 is missing: Events announce entries up to 4, and the log ends with 2",
      ]);
      fs.rmSync(auditFile(project));
      assert.deepEqual(await faults(cluster), [
        "1 is missing: Events announce entries up to 4, and the log ends with 0",
      ]);
      await write(steps(4));
      assert.deepEqual(await faults(), []);
      assert.equal((await faults(cluster))[0], "1 is not entry 1 as the Event tenantry-0 announced it");
      assert.equal((await faults(cluster)).length, 4);
      fs.writeFileSync(auditFile(project), original);
      assert.deepEqual(await faults(cluster), []);
    });

    it("says why it could not ask the cluster", async () => {
      await write(steps(1));
      const { unchecked, announced } = await verified(new Events("events are forbidden"));
      assert.equal(unchecked, "the API server refuses to list Events: 403 events are forbidden");
      assert.equal(announced, 0);
    });
  });

  describe("an Event", () => {
    it("tells of each step in the platform's namespace, with the entry's hash", async () => {
      const { taken } = await write([step(1), step(2, { outcome: "failed" })]);
      const entries = read();
      assert.equal(taken.length, 2);
      assert.deepEqual(taken[1], {
        apiVersion: "events.k8s.io/v1",
        kind: "Event",
        metadata: {
          generateName: "tenantry-",
          namespace: "tenantry-system",
          labels: { "tenantry.dev/list": project.stack, "tenantry.dev/name": "acme" },
          annotations: {
            "tenantry.dev/audit-sequence": "2",
            "tenantry.dev/audit-hash": entries[1]?.["hash"],
          },
        },
        eventTime: "2026-11-23T10:00:01.000000Z",
        type: "Warning",
        reason: "SuspendFailed",
        action: "Suspend",
        note: `suspend acme of ${project.stack}: kubernetes: step 2: failed`,
        reportingController: "tenantry.dev/cli",
        reportingInstance: `tenantry-${process.pid}`,
        regarding: {
          apiVersion: "v1",
          kind: "ServiceAccount",
          namespace: "tenantry-system",
          name: "operator",
        },
        related: { apiVersion: "v1", kind: "Namespace", name: "tenant-acme" },
      });
    });

    it("is in the namespace that the platform's settings name, if they can be read", () => {
      const folder = path.join(directory, "settings");
      const file = path.join(folder, "stacks", "Pulumi.platform.yaml");
      fs.mkdirSync(path.dirname(file), { recursive: true });
      assert.equal(eventNamespace({ directory: folder }), "tenantry-system");
      fs.writeFileSync(file, "config: { tenantry:platform: { cluster: { provisionerNamespace: ops } } }");
      assert.equal(eventNamespace({ directory: folder }), "ops");
      fs.writeFileSync(file, "config: [");
      assert.equal(eventNamespace({ directory: folder }), "tenantry-system");
    });

    it("that nobody takes fails no command, is told once, and counted in the log", async () => {
      const notes: string[] = [];
      const trail = auditTrail(project, {
        actor: "ada",
        note: (message) => notes.push(message),
        cluster: () => Promise.resolve(new Events("no")),
      });
      await trail.append(step(1));
      await trail.append(step(2));
      await trail.close();
      assert.deepEqual(notes, [
        `steps are recorded in ${auditFile(project)}, but not as Events: the API server refuses to record an Event: 403 no`,
      ]);
      const { "prov:generated": counted, outcome } = read()[2] ?? {};
      assert.deepEqual(
        [outcome, counted],
        [
          "failed",
          {
            "@type": "prov:Entity",
            unannounced: 2,
            why: "the API server refuses to record an Event: 403 no",
          },
        ],
      );
    });
  });

  describe("keeps secrets out", () => {
    const jwt = `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(20)}`;
    const canaries: Record<string, string> = {
      "a JSON Web Token": jwt,
      "a token of Vault": `hvs.${"Ab1-".repeat(6)}`,
      "a token of OpenBao": `s.${"Ab1".repeat(8)}`,
      "the id of an AWS key": `AKIA${"ABCD".repeat(4)}`,
      "the id of a session's AWS key": `ASIA${"ABCD".repeat(4)}`,
      "a private key": "-----BEGIN EC PRIVATE KEY-----\nabc",
      "a password in a URL": "postgres://tenantry:hunter22@db.test/state",
      "a copied header": "Authorization: Bearer abcdefghijklmnop",
      "a token of GitHub": `ghp_${"a1".repeat(18)}`,
    };
    for (const [what, secret] of Object.entries(canaries)) {
      it(`such as ${what}, in a fact, a list, a key, a step or a name`, async () => {
        const facts = { plain: "kept", found: `is ${secret} here`, all: [secret, "kept"], [secret]: true };
        const cluster = await write([step(1, { facts }), step(2, { step: `use ${secret}`, tenant: secret })]);
        const text = fs.readFileSync(auditFile(project), "utf8") + JSON.stringify(cluster.taken);
        assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)));
        assert.deepEqual(read()[0]?.["prov:generated"], {
          "@type": "prov:Entity",
          plain: "kept",
          found: "[withheld]",
          all: ["[withheld]", "kept"],
          "[withheld]": true,
        });
        assert.equal(read()[1]?.["step"], "[withheld]");
        assert.deepEqual(await faults(cluster), []);
      });
    }

    it("and lets names, ids, hashes, ARNs and URLs through", async () => {
      const facts = {
        id: "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f",
        hash: "0123456789abcdef".repeat(4),
        arn: "arn:aws:kms:eu-central-1:111122223333:key/5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f",
        url: "https://vault.example:8200/v1/auth",
        namespace: "tenant-acme--prod",
        words: "secrets.kubernetes.io and users.read",
      };
      await write([step(1, { facts })]);
      assert.deepEqual(read()[0]?.["prov:generated"], { "@type": "prov:Entity", ...facts });
    });
  });
});

describe("progress of a command whose Events nobody takes", () => {
  it("holds one note", async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-audit-"));
    const told: Progress[] = [];
    await operate(
      { stack: "x", directory, environment: { KUBECONFIG: "/nonexistent" }, watch: (one) => told.push(one) },
      { activity: "rotate" },
      async (operation) => {
        await operation.step("vault", "one", () => Promise.resolve());
        await operation.step("vault", "two", () => Promise.resolve());
      },
    );
    fs.rmSync(directory, { recursive: true });
    assert.equal(told.filter(({ type }) => type === "note").length, 1);
  });
});
