import assert from "node:assert/strict";
import type { RunFailure } from "../../automation/outcome";
import { heldObjects, removeHeld } from "../../automation/leaving/held";
import { servedKinds, tenantKinds } from "../../automation/leaving/kinds";
import { fakeCluster, type FakeObject } from "./fake-cluster";

const NS = "tenant-acme";
const MAPS = `/api/v1/namespaces/${NS}/configmaps`;
const CLAIMS = `/api/v1/namespaces/${NS}/persistentvolumeclaims`;
const HOLD = "evil.example/hold";
const soon = { seconds: 0 };
const ignore = () => undefined;

const held = (name: string, ...finalizers: string[]): FakeObject => ({
  metadata: { name, namespace: NS, resourceVersion: "1", finalizers },
});
const cluster = (...maps: FakeObject[]) => fakeCluster({ [MAPS]: maps, [CLAIMS]: [] });

describe("objects that finalizers hold (A240, F77)", () => {
  it("are looked for among all kinds that tenants write, but Secrets, which nobody else reads", () => {
    const kinds = tenantKinds().map(({ group, plural }) => `${group}/${plural}`);
    for (const kind of [
      "/configmaps",
      "/persistentvolumeclaims",
      "apps/deployments",
      "external-secrets.io/externalsecrets",
    ]) {
      assert.ok(kinds.includes(kind), kind);
    }
    assert.ok(!kinds.includes("/secrets"));
    assert.ok(kinds.every((kind) => kind.split("/").length === 2));
    assert.equal(new Set(kinds).size, kinds.length);
  });

  it("are asked for in the version that the server prefers, and not at all where it knows no such group", async () => {
    const live = fakeCluster({});
    live.interrupt(/GET \/apis\/apps$/, {
      status: 200,
      message: "",
      body: { preferredVersion: { groupVersion: "apps/v7" } },
    });
    const kinds = await servedKinds(live);
    assert.ok(kinds.some(({ name, api }) => name === "deployments.apps" && api === "apis/apps/v7"));
    assert.ok(kinds.some(({ name, api }) => name === "configmaps" && api === "api/v1"));
    assert.ok(!kinds.some(({ name }) => name.startsWith("httproutes")));
  });

  it("are those with finalizers alone", async () => {
    const live = cluster(held("settings", HOLD), { metadata: { name: "free", namespace: NS } });
    const found = await heldObjects(live, [NS]);
    assert.deepEqual(
      found.map(({ object, finalizers }) => [object, finalizers]),
      [["configmaps tenant-acme/settings", [HOLD]]],
    );
  });

  it("are removed, and named with what holds them when the time is over", async () => {
    const live = cluster(held("settings", HOLD), held("more", HOLD, "other.example/hold"));
    const told: (readonly string[])[] = [];
    await assert.rejects(
      removeHeld(live, [NS], [], { seconds: 1 }, (left) => told.push(left)),
      (error: RunFailure) => {
        assert.equal(error.kind, "timeout");
        assert.match(
          error.message,
          /after 1 s these objects are held by finalizers: configmaps tenant-acme\/settings \(evil\.example\/hold\); configmaps tenant-acme\/more \(evil\.example\/hold, other\.example\/hold\); have the controllers .* approve by releaseFinalizers/,
        );
        return true;
      },
    );
    assert.ok(live.object(`${MAPS}/settings`)?.metadata["deletionTimestamp"]);
    assert.deepEqual(live.object(`${MAPS}/settings`)?.metadata["finalizers"], [HOLD]);
    assert.equal(told.length, 1, "what is waited for is told once, not at every look");
  });

  it("lose exactly the finalizers that were approved", async () => {
    const live = cluster(held("settings", HOLD), held("more", HOLD, "other.example/hold"));
    await assert.rejects(
      removeHeld(live, [NS], [HOLD], { seconds: 1 }, ignore),
      /tenant-acme\/more \(other\.example\/hold\);/,
    );
    assert.equal(live.object(`${MAPS}/settings`), undefined);
    assert.deepEqual(live.object(`${MAPS}/more`)?.metadata["finalizers"], ["other.example/hold"]);
  });

  it("are told of when they were let go", async () => {
    const live = cluster(held("settings", HOLD));
    assert.deepEqual(await removeHeld(live, [NS], [HOLD], { seconds: 5 }, ignore), [
      { object: "configmaps tenant-acme/settings", finalizer: HOLD },
    ]);
    assert.deepEqual(await heldObjects(live, [NS]), []);
  });

  it("keep an approved finalizer until they are on their way out", async () => {
    const live = cluster(held("settings", HOLD));
    await assert.rejects(removeHeld(live, [NS], [HOLD], soon, ignore), /held by finalizers/);
    assert.deepEqual(live.writes, [`DELETE ${MAPS}/settings`]);
  });
});
