import assert from "node:assert/strict";
import { startWorkloads, stopWorkloads } from "../../automation/suspension/workloads";
import { RunFailure } from "../../automation/outcome";
import { fakeCluster, type FakeObject } from "./fake-cluster";

const NS = "tenant-acme";
const MARK = "tenantry.dev/before-suspension";
const at = (api: string, plural: string) => `/${api}/namespaces/${NS}/${plural}`;
const DEPLOYMENTS = at("apis/apps/v1", "deployments");
const REPLICA_SETS = at("apis/apps/v1", "replicasets");
const DAEMON_SETS = at("apis/apps/v1", "daemonsets");
const JOBS = at("apis/batch/v1", "jobs");
const CRON_JOBS = at("apis/batch/v1", "cronjobs");
const SCALERS = at("apis/autoscaling/v2", "horizontalpodautoscalers");

function object(name: string, spec: Record<string, unknown>, more: Partial<FakeObject> = {}): FakeObject {
  return {
    metadata: { name, resourceVersion: "1", ...more.metadata },
    spec,
    ...(more.status && { status: more.status }),
  };
}
const controlled = { ownerReferences: [{ kind: "Deployment", name: "web", controller: true }] };

function cluster() {
  return fakeCluster({
    [DEPLOYMENTS]: [object("web", { replicas: 3 }), object("idle", { replicas: 0 }), object("default", {})],
    [REPLICA_SETS]: [
      object("web-1", { replicas: 3 }, { metadata: { name: "web-1", ...controlled } }),
      object("alone", { replicas: 2 }),
    ],
    [DAEMON_SETS]: [object("agent", {})],
    [CRON_JOBS]: [object("nightly", { suspend: false }), object("paused", { suspend: true })],
    [JOBS]: [
      object("running", {}),
      object(
        "done",
        {},
        { metadata: { name: "done" }, status: { conditions: [{ type: "Complete", status: "True" }] } },
      ),
    ],
    [SCALERS]: [object("from-none", { minReplicas: 0 }), object("from-two", { minReplicas: 2 })],
  });
}

describe("stopping workloads (R89)", () => {
  const state = (of: ReturnType<typeof cluster>, path: string) => {
    const { metadata, spec } = of.object(path) ?? { metadata: { name: "" } };
    return [spec, (metadata["annotations"] as Record<string, string> | undefined)?.[MARK]];
  };

  it("brings each kind to none and writes the amount of before beside it", async () => {
    const live = cluster();
    const stopped = await stopWorkloads(live, [NS]);
    assert.deepEqual(
      stopped.map(({ kind, name, before }) => [kind, name, before]),
      [
        ["HorizontalPodAutoscaler", "from-none", 0],
        ["CronJob", "nightly", false],
        ["Job", "running", false],
        ["ReplicaSet", "alone", 2],
        ["Deployment", "web", 3],
        ["Deployment", "default", 1],
        ["DaemonSet", "agent", undefined],
      ],
    );
    assert.deepEqual(state(live, `${DEPLOYMENTS}/web`), [{ replicas: 0 }, "3"]);
    assert.deepEqual(state(live, `${CRON_JOBS}/nightly`), [{ suspend: true }, "false"]);
    assert.deepEqual(state(live, `${SCALERS}/from-none`), [{ minReplicas: 1 }, "0"]);
    assert.deepEqual(state(live, `${DAEMON_SETS}/agent`), [{}, "running"]);
  });

  it("leaves alone what is stopped, what a controller owns, and what has finished", async () => {
    const live = cluster();
    await stopWorkloads(live, [NS]);
    const untouched = [`${DEPLOYMENTS}/idle`, `${REPLICA_SETS}/web-1`, `${CRON_JOBS}/paused`, `${JOBS}/done`];
    for (const path of [...untouched, `${SCALERS}/from-two`]) {
      assert.equal(state(live, path)[1], undefined, path);
      assert.ok(!live.writes.includes(`PATCH ${path}`), path);
    }
  });

  it("does nothing the second time, and keeps what it remembered", async () => {
    const live = cluster();
    await stopWorkloads(live, [NS]);
    live.writes.length = 0;
    assert.deepEqual(await stopWorkloads(live, [NS]), []);
    assert.deepEqual(live.writes, []);
    assert.deepEqual(state(live, `${DEPLOYMENTS}/web`), [{ replicas: 0 }, "3"]);
  });

  it("goes on where it was interrupted", async () => {
    const live = cluster();
    live.interrupt(/PATCH .*deployments\/default/, () => {
      throw new Error("killed");
    });
    await assert.rejects(stopWorkloads(live, [NS]), /killed/);
    const rest = await stopWorkloads(live, [NS]);
    assert.deepEqual(
      rest.map(({ name }) => name),
      ["default", "agent"],
    );
    assert.deepEqual(state(live, `${DEPLOYMENTS}/web`), [{ replicas: 0 }, "3"]);
  });

  it("remembers what was there at last where somebody changes an object meanwhile", async () => {
    const live = cluster();
    const web = live.object(`${DEPLOYMENTS}/web`);
    live.interrupt(/PATCH .*deployments\/web/, () => {
      Object.assign(web ?? {}, { spec: { replicas: 7 } });
      Object.assign(web?.metadata ?? {}, { resourceVersion: "2" });
    });
    await stopWorkloads(live, [NS]);
    assert.deepEqual(state(live, `${DEPLOYMENTS}/web`), [{ replicas: 0 }, "7"]);
  });

  it("gives up by name where somebody never stops changing it", async () => {
    const live = cluster();
    for (let pass = 0; pass < 5; pass++) {
      live.interrupt(/PATCH .*deployments\/web/, { status: 409, message: "modified", body: {} });
    }
    await assert.rejects(stopWorkloads(live, [NS]), (error: RunFailure) => {
      assert.equal(error.kind, "resource");
      assert.match(
        error.message,
        /somebody keeps changing objects of kind Deployment in tenant-acme; stop whoever does/,
      );
      return true;
    });
  });

  it("says the server's sentence where it refuses", async () => {
    const live = cluster();
    live.interrupt(/PATCH .*deployments\/web/, { status: 403, message: "not you", body: {} });
    await assert.rejects(
      stopWorkloads(live, [NS]),
      /refuses to change Deployment tenant-acme\/web: 403 not you/,
    );
  });

  it("starts everything again as it was, and takes the marks away", async () => {
    const live = cluster();
    await stopWorkloads(live, [NS]);
    const started = await startWorkloads(live, [NS]);
    assert.deepEqual(
      started.map(({ name, before }) => [name, before]),
      [
        ["agent", undefined],
        ["web", 3],
        ["default", 1],
        ["alone", 2],
        ["running", false],
        ["nightly", false],
        ["from-none", 0],
      ],
    );
    assert.deepEqual(state(live, `${DEPLOYMENTS}/web`), [{ replicas: 3 }, undefined]);
    assert.deepEqual(state(live, `${DEPLOYMENTS}/idle`), [{ replicas: 0 }, undefined]);
    assert.deepEqual(state(live, `${SCALERS}/from-none`), [{ minReplicas: 0 }, undefined]);
    assert.deepEqual(await startWorkloads(live, [NS]), []);
  });

  it("leaves a Deployment's ReplicaSet to it, which has been given the Deployment's mark by Kubernetes", async () => {
    const metadata = { name: "web-1", ...controlled, annotations: { [MARK]: "3" } };
    const live = fakeCluster({ [REPLICA_SETS]: [object("web-1", { replicas: 0 }, { metadata })] });
    assert.deepEqual(await startWorkloads(live, [NS]), []);
    assert.deepEqual(state(live, `${REPLICA_SETS}/web-1`), [{ replicas: 0 }, undefined]);
  });

  for (const mark of ["none", "{}", "true", "-1", "1.5"]) {
    it(`starts nothing by the mark ${mark}, which nobody here wrote`, async () => {
      const live = fakeCluster({
        [DEPLOYMENTS]: [
          object("web", { replicas: 0 }, { metadata: { name: "web", annotations: { [MARK]: mark } } }),
        ],
      });
      await startWorkloads(live, [NS]);
      assert.deepEqual(state(live, `${DEPLOYMENTS}/web`), [{ replicas: 0 }, undefined]);
    });
  }
});
