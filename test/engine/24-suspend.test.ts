/**
 * Suspending and resuming a tenant on live servers (R89): what runs comes to an end and back as it was, credentials that
 * worked are refused, data and the neighbour stay as they are, and an interrupted command goes on.
 */

import assert from "node:assert/strict";
import type { Progress } from "../../automation/progress";
import { dryRunResume, dryRunSuspend } from "../../automation/dry-run";
import { resume } from "../../automation/suspension/resume";
import { up } from "../../automation/engine/run";
import { suspend } from "../../automation/suspension/suspend";
import { ask, asServiceAccount, becomeOperator, run, sandbox, standing } from "./fixture";
import { resourceVersions } from "./neighbour";
import { runAsOperator } from "./operator";
import { bound, eventually, land, succeed, workload } from "./scheduling";
import { vault } from "./vault";

const LIST = "sleepers";
const OWNERS = ["x@example.com"];
const SLEEPER = { name: "sleeper", id: "5a1ee9e4-0001-4000-8000-000000000001", owners: OWNERS };
const WATCHER = { name: "watcher", id: "5a1ee9e4-0002-4000-8000-000000000002", owners: OWNERS };
const NAMESPACE = "tenant-sleeper";
const APPS = `/apis/apps/v1/namespaces/${NAMESPACE}`;
const BATCH = `/apis/batch/v1/namespaces/${NAMESPACE}`;

const options = (watch?: (progress: Progress) => void) => ({
  ...runAsOperator(LIST),
  tenant: SLEEPER.name,
  timeoutSeconds: 60,
  watch,
});
const specOf = async (path: string) => (await succeed("GET", path))["spec"] as Record<string, unknown>;
const pods = async () =>
  ((await succeed("GET", `/api/v1/namespaces/${NAMESPACE}/pods`)) as unknown as { items: unknown[] }).items;

/** Ends a command as a kill would, when it begins this step. */
function killedAt(step: string) {
  return options((progress) => {
    if (progress.type === "step" && progress.status === "begun" && progress.step === step) {
      throw new Error(`killed before: ${step}`);
    }
  });
}

describe("a suspended tenant (R89)", () => {
  let neighbour: Record<string, string>;

  before(async function () {
    this.timeout(600_000);
    await standing();
    await becomeOperator();
    const { project, env } = sandbox();
    project.write(LIST, SLEEPER.name, SLEEPER);
    project.write(LIST, WATCHER.name, WATCHER);
    await up(run(LIST));
    await vault(env["VAULT_TOKEN"], SLEEPER.id, "POST", "kv/data/db", { data: { kept: "yes" } });
    await succeed("POST", `${APPS}/deployments`, workload("apps/v1", "Deployment", { replicas: 2 }));
    await succeed("POST", `${APPS}/statefulsets`, {
      ...workload("apps/v1", "StatefulSet", { replicas: 1, serviceName: "work" }),
    });
    await succeed("POST", `${APPS}/daemonsets`, workload("apps/v1", "DaemonSet"));
    const { spec } = workload("batch/v1", "Job");
    await succeed("POST", `${BATCH}/cronjobs`, {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "work" },
      spec: { schedule: "0 3 1 1 *", jobTemplate: { spec } },
    });
    await succeed("POST", `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers`, {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "work" },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "work" },
        minReplicas: 2,
        maxReplicas: 4,
      },
    });
    await land("tenant-watcher", {}, "work");
    // Deployment 2, StatefulSet 1, DaemonSet one for each node of the pool.
    await bound(NAMESPACE, 5);
    // A Job that finds no node: the sandbox's nodes would have finished it by now.
    const nowhere = { nodeSelector: { "topology.kubernetes.io/zone": "nowhere" } };
    await succeed("POST", `${BATCH}/jobs`, workload("batch/v1", "Job", {}, nowhere));
    await eventually(async () => assert.equal((await pods()).length, 6));
    neighbour = await resourceVersions("tenant-watcher");
  });

  it("is told beforehand what would stop, and nothing does", async () => {
    const { would, inTheWay } = await dryRunSuspend(options());
    assert.deepEqual(inTheWay, []);
    assert.ok(would.includes(`stop Deployment ${NAMESPACE}/work (2 replicas)`), would.join("\n"));
    assert.equal((await pods()).length, 6);
    assert.deepEqual((await dryRunResume(options())).would, []);
  });

  it("goes to sleep, although the command is killed twice", async function () {
    this.timeout(300_000);
    for (const step of ["write the state suspended", "shut the tenant out"]) {
      await assert.rejects(suspend(killedAt(step)), new RegExp(`killed before: ${step}`));
    }
    assert.equal((await pods()).length, 6);
    const { state, stopped, lostPods, tried, untried } = await suspend(options());
    assert.equal(state, "suspended");
    assert.deepEqual(
      stopped.map(({ kind, before: amount }) => [kind, amount]),
      [
        ["CronJob", false],
        ["Job", false],
        ["Deployment", 2],
        ["StatefulSet", 1],
        ["DaemonSet", undefined],
      ],
    );
    assert.deepEqual(lostPods, []);
    assert.deepEqual(await pods(), []);
    const refusals = Object.fromEntries(tried.map(({ credential, refused }) => [credential, refused]));
    // The role opens nothing where secrets lie in Vault: that nothing allows the request is what its session hears.
    const answers = tried.map(({ worked }) => worked);
    assert.ok(
      answers.every((answer) => / 200$|because no identity-based policy allows/.test(answer)),
      answers.join("\n"),
    );
    for (const account of ["tenant-admin", "tenant-dev", "tenant-view", "tenant-reconciler"]) {
      assert.match(refusals[`token of ServiceAccount ${NAMESPACE}/${account}`] ?? "", /: 401 Unauthorized$/);
    }
    for (const login of ["reader", "writer"].flatMap((role) => [
      `secret id of AppRole ${role}`,
      `Vault token of AppRole ${role}`,
    ])) {
      assert.match(refusals[login] ?? "", /: 403 permission denied$/, login);
    }
    const session = `session of IAM role tenantry-${SLEEPER.id}-workload by ServiceAccount ${NAMESPACE}/workload`;
    assert.match(refusals[session] ?? "", /secretsmanager:DescribeSecret .*explicit deny/);
    assert.equal(tried.length, 9);
    assert.deepEqual(untried, []);
  });

  it("sleeps: nobody starts anything, and the autoscaler leaves its target alone", async () => {
    const created = await ask("POST", `${APPS}/deployments`, workload("apps/v1", "Deployment"));
    assert.equal(created.status, 403);
    assert.match(created.message, /exceeded quota: tenant-quota, requested: count\/deployments\.apps=1/);
    await eventually(async () => {
      const { status } = await succeed(
        "GET",
        `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers/work`,
      );
      const { conditions = [] } = status as { conditions?: { type: string; reason: string }[] };
      assert.ok(
        conditions.some(({ type, reason }) => type === "ScalingActive" && reason === "ScalingDisabled"),
      );
    });
    assert.equal((await specOf(`${APPS}/deployments/work`))["replicas"], 0);
    assert.deepEqual(await pods(), []);
  });

  it("is told beforehand what would start", async () => {
    const { would } = await dryRunResume(options());
    assert.ok(would.includes(`start Deployment ${NAMESPACE}/work (2 replicas)`), would.join("\n"));
    assert.equal((await specOf(`${APPS}/deployments/work`))["replicas"], 0);
  });

  it("is left alone by a second suspension", async function () {
    this.timeout(120_000);
    const versions = await resourceVersions(NAMESPACE);
    const { changed, stopped, tried } = await suspend(options());
    assert.deepEqual([changed, stopped, tried], [false, [], []]);
    assert.deepEqual(await resourceVersions(NAMESPACE), versions);
  });

  it("wakes up as it was, although the command is killed", async function () {
    this.timeout(300_000);
    await assert.rejects(resume(killedAt("start the workloads")), /killed before: start the workloads/);
    const { changed, started } = await resume(options());
    assert.equal(changed, true);
    assert.deepEqual(
      started.map(({ kind, before: amount }) => [kind, amount]),
      [
        ["DaemonSet", undefined],
        ["StatefulSet", 1],
        ["Deployment", 2],
        ["Job", false],
        ["CronJob", false],
      ],
    );
    await eventually(async () => assert.equal((await pods()).length, 6));
    assert.equal((await specOf(`${BATCH}/cronjobs/work`))["suspend"], false);
    const { metadata } = (await succeed("GET", `${APPS}/deployments/work`)) as {
      metadata: { annotations?: object };
    };
    assert.doesNotMatch(JSON.stringify(metadata.annotations ?? {}), /tenantry\.dev/);
    const machine = await asServiceAccount(NAMESPACE, "tenant-view");
    assert.equal((await machine("GET", `/api/v1/namespaces/${NAMESPACE}/pods`)).status, 200);
  });

  it("has all its data, and its neighbour has noticed nothing", async () => {
    const { body } = await vault(sandbox().env["VAULT_TOKEN"], SLEEPER.id, "GET", "kv/data/db");
    assert.deepEqual((body["data"] as { data: unknown }).data, { kept: "yes" });
    assert.deepEqual(await resourceVersions("tenant-watcher"), neighbour);
  });
});
