import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunFailure } from "../../automation/outcome";
import { namespaceState, whileNamespacesLeave } from "../../automation/leaving/namespaces";
import { fakeCluster } from "./fake-cluster";

const SENTENCE =
  "Some content in the namespace has finalizers remaining: evil.example/hold in 1 resource instances";
const conditions = [
  { type: "NamespaceFinalizersRemaining", status: "True", message: SENTENCE },
  { type: "NamespaceContentRemaining", status: "False", message: "All content successfully removed" },
];
const leaving = () =>
  fakeCluster({
    "/api/v1/namespaces": [
      {
        metadata: { name: "tenant-acme", deletionTimestamp: "2026-11-23T12:00:00Z" },
        status: { conditions },
      },
      { metadata: { name: "tenant-globex" } },
    ],
  });

describe("namespaces on their way out (F77)", () => {
  it("are gone, leaving with the controller's sentences, or stand", async () => {
    const live = leaving();
    assert.deepEqual(await namespaceState(live, "tenant-acme"), {
      name: "tenant-acme",
      state: "leaving",
      holding: [SENTENCE],
    });
    assert.equal((await namespaceState(live, "tenant-globex")).state, "stands");
    assert.equal((await namespaceState(live, "tenant-nobody")).state, "gone");
  });

  it("end the work, by the sentence of what holds them, when it takes too long", async () => {
    const told: (readonly string[])[] = [];
    let ended = false;
    const work = async (signal: AbortSignal) => {
      await sleep(30_000, undefined, { signal }).catch(() => (ended = true));
      throw new Error("cancelled");
    };
    await assert.rejects(
      whileNamespacesLeave(leaving(), ["tenant-acme"], { seconds: 1 }, (holding) => told.push(holding), work),
      (error: RunFailure) => {
        assert.equal(error.kind, "timeout");
        assert.match(
          error.message,
          /after 1 s these namespaces are still there: tenant-acme \(Some content .* evil\.example\/hold in 1 resource instances\); .* have an administrator look/,
        );
        return true;
      },
    );
    assert.ok(ended);
    assert.deepEqual(told, [[`tenant-acme: ${SENTENCE}`]]);
  });

  it("let the work end, and its failure be told, as long as none is late", async () => {
    const patience = { seconds: 60 };
    let worked = false;
    await whileNamespacesLeave(
      leaving(),
      ["tenant-acme"],
      patience,
      () => undefined,
      () => {
        worked = true;
        return Promise.resolve();
      },
    );
    assert.ok(worked);
    const failing = () => Promise.reject(new Error("the engine says no"));
    await assert.rejects(
      whileNamespacesLeave(leaving(), ["tenant-acme"], patience, () => undefined, failing),
      /the engine says no/,
    );
  });
});
