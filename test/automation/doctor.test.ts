import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { doctor } from "../../automation/doctor/doctor";
import { judgeGrants } from "../../automation/doctor/break-glass";
import { examined, ok, Patient } from "../../automation/doctor/check";
import { definitionsOf, judgeClock } from "../../automation/doctor/cluster";
import { endOfToken, judgeCredentials, judgeFiles } from "../../automation/doctor/credentials";
import { judgeCapacity } from "../../automation/doctor/guardrails";
import { judgeLocks } from "../../automation/doctor/lock";
import { judgeEnforcers, type DaemonSet } from "../../automation/doctor/network";
import { judgeLimits } from "../../automation/doctor/servers";
import { isBefore } from "../../automation/doctor/tools";
import { platform } from "../components/fixtures";

const now = new Date("2026-11-23T12:00:00Z");
const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

describe("a check", () => {
  it("that throws has failed, by the first line of what it says, with its cure", async () => {
    const examine = () => Promise.reject(new Error("no\nand more"));
    const found = await examined({ name: "one", cure: "do this", examine }, new Patient({ stack: "x" }));
    assert.deepEqual(found, { name: "one", status: "failed", detail: "no", cure: "do this" });
  });

  it("passes on what it found", async () => {
    const examine = () => Promise.resolve(ok("well"));
    const found = await examined({ name: "one", cure: "", examine }, new Patient({ stack: "x" }));
    assert.deepEqual(found, { name: "one", status: "ok", detail: "well" });
  });
});

describe("doctor in an empty folder, without any server", () => {
  it("ends with every check, each failed one with a cure", async function () {
    this.timeout(60_000);
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-doctor-"));
    const environment = {
      KUBECONFIG: path.join(directory, "none"),
      VAULT_ADDR: "http://127.0.0.1:1",
      VAULT_TOKEN: "hvs.canary-canary-canary",
      PULUMI_BACKEND_URL: `file://${directory}/none`,
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      PATH: path.dirname(process.execPath),
    };
    const { checks } = await doctor({ stack: "sample", directory, environment });
    fs.rmSync(directory, { recursive: true });
    assert.equal(checks.length, 21);
    for (const { name, status, detail, cure } of checks) {
      assert.ok(status === "ok" || (detail !== "" && (cure ?? "") !== ""), name);
    }
    const failed = checks.filter(({ status }) => status === "failed").map(({ name }) => name);
    assert.ok(["Pulumi", "state", "cluster", "Vault", "AWS"].every((name) => failed.includes(name)));
    assert.ok(!JSON.stringify(checks).includes("canary"));
  });
});

describe("a version", () => {
  it("is before a floor by its numbers", () => {
    assert.ok(isBefore("v20.18.9", "20.19.0"));
    assert.ok(isBefore("v1.35.9+k3s1", "1.36"));
    assert.ok(!isBefore("v1.36.0", "1.36"));
    assert.ok(!isBefore("v3.259.0", "3.259.0"));
    assert.ok(!isBefore("v22.1.0", "20.19.0"));
  });
});

describe("a lock", () => {
  const lock = { pid: 7, username: "ann", hostname: os.hostname(), timestamp: "2026-11-23T11:00:00Z" };
  const judged = (alive: boolean, hostname = lock.hostname) =>
    judgeLocks("sample", [{ ...lock, hostname }], () => alive);

  it("is told with its holder, and whether that is gone", () => {
    assert.deepEqual(
      judgeLocks("sample", [], () => true),
      { status: "ok", detail: "nobody is at work on sample" },
    );
    assert.match(judged(true).detail, /^ann on \S+ \(process 7\) has it since 2026-11-23T11:00:00Z$/);
    assert.match(judged(false).detail, /, and that process is gone$/);
    assert.match(judged(false, "elsewhere").detail, /^ann on elsewhere \(process 7\) has it since [^,]*$/);
  });
});

describe("break-glass grants", () => {
  /** Began a minute before noon. */
  const began = now.getTime() - 60_000;
  const hex = began.toString(16).padStart(12, "0");
  const name = `tenant-pentest-${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-0123456789ab`;
  const at = (minutes: number) =>
    judgeGrants(
      [
        { name, namespace: "tenant-acme" },
        { name: "tenant-admin", namespace: "tenant-acme" },
        { name: "tenant-pentest-x", namespace: "tenant-acme" },
      ],
      inMinutes(minutes),
    );

  it("are told while they are open, and after they ended", () => {
    assert.deepEqual(judgeGrants([], now), { status: "ok", detail: "no grant is open" });
    assert.equal(at(0).detail, `open: tenant-acme/${name} until 2026-11-24T11:59:00.000Z`);
    assert.match(at(24 * 60 - 2).detail, /^open: /);
    assert.match(at(24 * 60 - 1).detail, /^over, and still there: /);
    assert.equal(at(24 * 60 - 1).status, "warning");
  });
});

describe("the clock", () => {
  const at = (offset: number) =>
    judgeClock(new Date(now.getTime() + offset).toUTCString(), now.getTime(), now.getTime());

  it("may be off by seconds", () => {
    assert.equal(at(0).status, "ok");
    assert.equal(at(20_000).status, "ok");
    assert.equal(at(-20_000).status, "ok");
  });

  it("may not be off by a minute, either way", () => {
    assert.equal(at(60_000).status, "failed");
    assert.equal(at(-60_000).status, "failed");
    assert.match(at(60_000).detail, /^60 s between/);
  });

  it("is unknown where the server does not tell its own", () => {
    assert.equal(judgeClock(undefined, 0, 0).status, "warning");
  });
});

describe("definitions", () => {
  it("are asked for as the platform's settings need them", () => {
    const kinds = (cluster: object, more: object = {}) =>
      definitionsOf({ ...platform, cluster: { ...platform.cluster, ...cluster }, ...more }).map(
        ({ kind }) => kind,
      );
    const least = kinds(
      { cni: "other", adminNetworkPolicy: "none", externalSecrets: false, gateway: { api: "none" } },
      { nodes: { engine: "existing" }, guardrails: { engine: "native" } },
    );
    assert.deepEqual(least, [
      "ValidatingAdmissionPolicy",
      "MutatingAdmissionPolicy",
      "BackupStorageLocation",
    ]);
    const most = kinds(
      {
        cni: "cilium",
        adminNetworkPolicy: "AdminNetworkPolicy",
        externalSecrets: true,
        gateway: { api: "gateway-api" },
      },
      { nodes: { engine: "karpenter" }, guardrails: { engine: "kyverno" } },
    );
    assert.deepEqual(most.slice(3), [
      "SecretStore",
      "NodePool",
      "Gateway",
      "CiliumNetworkPolicy",
      "AdminNetworkPolicy",
      "ClusterPolicy",
    ]);
  });
});

describe("enforcement of network policies (R54)", () => {
  const agent = (name: string, ready: number, wanted: number, args: string[] = []): DaemonSet => ({
    metadata: { name, namespace: "kube-system" },
    spec: { template: { spec: { containers: [{ name: "agent", args }] } } },
    status: { desiredNumberScheduled: wanted, numberReady: ready },
  });

  it("is unknown where no agent is seen, and never called well", () => {
    assert.equal(judgeEnforcers([]).status, "warning");
    assert.equal(judgeEnforcers([agent("kube-proxy", 3, 3)]).status, "warning");
  });

  it("is there where the agent is ready on every node, and says that no packet was sent", () => {
    const found = judgeEnforcers([agent("cilium", 3, 3), agent("kube-proxy", 3, 3)]);
    assert.deepEqual(found, {
      status: "ok",
      detail: "Cilium is ready on all 3 nodes; no packet was sent to try it",
    });
  });

  it("has failed where the agent is missing on a node, or on all", () => {
    assert.equal(judgeEnforcers([agent("calico-node", 2, 3)]).status, "failed");
    assert.equal(judgeEnforcers([agent("calico-node", 0, 0)]).status, "failed");
  });

  it("is off in Amazon's CNI unless it is switched on", () => {
    const on = ["--enable-network-policy=true"];
    assert.equal(
      judgeEnforcers([agent("aws-node", 3, 3, ["--enable-network-policy=false"])]).status,
      "failed",
    );
    assert.equal(judgeEnforcers([agent("aws-node", 3, 3, on)]).status, "ok");
    assert.equal(judgeEnforcers([agent("aws-node", 3, 3, on), agent("cilium", 3, 3)]).status, "warning");
  });
});

describe("capacity", () => {
  const quota = { cpu: "3", memory: "4Gi" };

  it("is what quotas promise of the nodes", () => {
    const nodes = [
      { cpu: "4", memory: "16Gi" },
      { cpu: "4000m", memory: "0" },
    ];
    assert.deepEqual(judgeCapacity([quota, quota], nodes), {
      status: "ok",
      detail: "quotas promise of 2 nodes: cpu 75 %, memory 50 %",
    });
    assert.equal(judgeCapacity([quota, quota, quota], nodes).status, "warning");
    assert.equal(judgeCapacity([quota], []).status, "warning");
  });
});

describe("limits", () => {
  it("are told before they are reached", () => {
    assert.equal(judgeLimits({ Roles: 799, RolesQuota: 1000 }).status, "ok");
    assert.equal(judgeLimits({ Roles: 800, RolesQuota: 1000 }).status, "warning");
    assert.equal(judgeLimits({}).status, "warning");
  });
});

describe("credentials", () => {
  const judged = (ends: Date | "never" | "renewed" | undefined) =>
    judgeCredentials([{ name: "one", ...(ends !== undefined && { ends }) }], now);

  it("have failed when they are over, and are warned of when they soon will be", () => {
    assert.deepEqual(judged(inMinutes(60)), { status: "ok", detail: "one: 60 min" });
    assert.deepEqual(judged(inMinutes(3 * 24 * 60)), { status: "ok", detail: "one: 3 days" });
    assert.equal(judged(inMinutes(14)).status, "warning");
    assert.equal(judged(inMinutes(0)).status, "failed");
    assert.match(judged(inMinutes(-1)).detail, /^one: over since 2026-11-23T11:59:00/);
  });

  it("are not called over where nobody knows", () => {
    assert.deepEqual(judged(undefined), { status: "ok", detail: "one: end unknown" });
    assert.deepEqual(judged("renewed"), { status: "ok", detail: "one: is renewed" });
  });

  it("end by what a token says of itself", () => {
    const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
    assert.deepEqual(endOfToken(token({ exp: now.getTime() / 1000 })), now);
    assert.equal(endOfToken(token({})), "never");
    assert.equal(endOfToken("opaque"), undefined);
  });

  it("in files are told when over, lasting, or open to others", () => {
    const file = { file: "out/a.kubeconfig", ends: inMinutes(5), open: false };
    assert.equal(judgeFiles([file], now).status, "ok");
    assert.equal(judgeFiles([{ ...file, ends: inMinutes(-5) }], now).status, "warning");
    assert.equal(judgeFiles([{ ...file, ends: "never" }], now).status, "failed");
    assert.equal(judgeFiles([{ ...file, open: true }], now).status, "failed");
  });
});
