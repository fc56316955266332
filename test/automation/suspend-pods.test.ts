import assert from "node:assert/strict";
import type { RunFailure } from "../../automation/outcome";
import { podsOnTheirOwn, removePods } from "../../automation/suspension/pods";
import { waitUntilReady } from "../../automation/suspension/readiness";
import { fakeCluster } from "./fake-cluster";

const PODS = "/api/v1/namespaces/tenant-acme/pods";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/tenant-acme/deployments";
const owner = { ownerReferences: [{ kind: "ReplicaSet", name: "web", controller: true }] };
const soon = { seconds: 0 };

describe("removing pods (R89)", () => {
  it("names those that no controller brings back, and removes all", async () => {
    const live = fakeCluster({
      [PODS]: [
        { metadata: { name: "web", ...owner } },
        { metadata: { name: "alone" } },
        { metadata: { name: "late" } },
      ],
    });
    assert.deepEqual(await podsOnTheirOwn(live, ["tenant-acme"]), ["tenant-acme/alone", "tenant-acme/late"]);
    await removePods(live, ["tenant-acme"], { seconds: 5 });
    assert.equal(live.object(`${PODS}/alone`), undefined);
  });

  it("gives up by the name of what stays and what holds it", async () => {
    const live = fakeCluster({ [PODS]: [{ metadata: { name: "held", finalizers: ["evil.example/hold"] } }] });
    await assert.rejects(removePods(live, ["tenant-acme"], soon), (error: RunFailure) => {
      assert.equal(error.kind, "timeout");
      assert.match(
        error.message,
        /after 0 s these pods have not ended: tenant-acme\/held \(held by evil\.example\/hold\); look at their nodes/,
      );
      return true;
    });
  });

  it("asks for nothing where there is none", async () => {
    const live = fakeCluster({ [PODS]: [] });
    await removePods(live, ["tenant-acme"], soon);
    assert.deepEqual(live.writes, []);
  });
});

describe("waiting for workloads that were started (R89)", () => {
  const workload = { kind: "Deployment", namespace: "tenant-acme", name: "web", before: 2 };
  const deployment = (generation: number, status: object) =>
    fakeCluster({
      [DEPLOYMENTS]: [
        { metadata: { name: "web", generation }, spec: { replicas: 2 }, status: { ...status } },
      ],
    });

  it("ends when as many pods are ready as are asked for", () =>
    waitUntilReady(deployment(3, { observedGeneration: 3, readyReplicas: 2 }), [workload], soon));

  for (const [what, status] of [
    ["a pod is missing", { observedGeneration: 3, readyReplicas: 1 }],
    ["the controller has not looked yet", { observedGeneration: 2, readyReplicas: 2 }],
    ["there is no status", {}],
  ] as const) {
    it(`names the workload while ${what}`, () =>
      assert.rejects(
        waitUntilReady(deployment(3, status), [workload], soon),
        /started again, but after 0 s not ready: Deployment tenant-acme\/web; see why/,
      ));
  }

  it("waits for neither a Job nor what somebody deleted", () =>
    waitUntilReady(fakeCluster({ [DEPLOYMENTS]: [] }), [workload, { ...workload, kind: "Job" }], soon));
});
