import assert from "node:assert/strict";
import type { Deployment, Stack } from "@pulumi/pulumi/automation";
import { pendingOf, recover } from "../../automation/engine/recovery";

/** A run that asks any server fails: none stands there. */
const PROJECT = { stack: "prod", directory: "/nowhere" };
const urn = (name: string) => `urn:pulumi:prod::tenantry::t::${name}`;
const operation = (type: string, resourceType: string, name: string) => ({
  type,
  resource: { urn: urn(name), type: resourceType, inputs: { metadata: { name } } },
});
const deployment = (resources: unknown[], operations: unknown[] | null = null): Deployment => ({
  version: 3,
  deployment: { resources, pending_operations: operations },
});

/** A stack whose state is one thing before it is refreshed, and another after. */
function stackOf(before: Deployment, after = before) {
  const calls: string[] = [];
  let exported = before;
  const stack = {
    name: "prod",
    exportStack: () => Promise.resolve(exported),
    refresh: (options: unknown) => {
      calls.push(`refresh ${JSON.stringify(options)}`);
      exported = after;
      return Promise.resolve();
    },
    importStack: (state: Deployment) =>
      Promise.resolve(void calls.push(`import ${pendingOf(state).length} pending`)),
  };
  return { stack: stack as unknown as Stack, calls };
}

describe("after a run that ended well", () => {
  for (const nothing of [null, []]) {
    it(`nothing is done, where pending operations are ${JSON.stringify(nothing)}`, async () => {
      const { stack, calls } = stackOf(deployment([], nothing));
      assert.deepEqual(await recover(stack, PROJECT, assert.fail), { adopted: [], refreshed: false });
      assert.deepEqual(calls, []);
    });
  }
});

describe("after a run that was killed", () => {
  /** The pending creates are the only record of what stands: they go in the one write that takes it in. */
  const refreshed = ["refresh {}", "import 0 pending"];

  it("what it was at is read from the state", () => {
    const [read] = pendingOf(deployment([], [operation("creating", "aws:kms/key:Key", "key")]));
    assert.equal(read?.type, "creating");
    assert.equal(read.resource.type, "aws:kms/key:Key");
  });

  it("the state is cleared, and what may be made again is not looked for", async () => {
    const pending = [operation("creating", "vault:index/policy:Policy", "read")];
    const { stack, calls } = stackOf(deployment([], pending), deployment([]));
    assert.deepEqual(await recover(stack, PROJECT, assert.fail), { adopted: [], refreshed: true });
    assert.deepEqual(calls, refreshed);
  });

  it("what it updated or deleted is the engine's to finish", async () => {
    const type = "kubernetes:core/v1:Namespace";
    const pending = [operation("updating", type, "a"), operation("deleting", type, "b")];
    const { stack, calls } = stackOf(deployment([], pending), deployment([]));
    await recover(stack, PROJECT, assert.fail);
    assert.deepEqual(calls, refreshed);
  });

  it("what was recorded in spite of it is not taken a second time", async () => {
    const type = "kubernetes:core/v1:Namespace";
    const recorded = { urn: urn("a"), type, inputs: {}, id: "a" };
    const { stack, calls } = stackOf(
      deployment([], [operation("creating", type, "a")]),
      deployment([recorded]),
    );
    assert.deepEqual(await recover(stack, PROJECT, assert.fail), { adopted: [], refreshed: true });
    assert.deepEqual(calls, refreshed);
  });
});
