import assert from "node:assert/strict";
import { sharedNodesName } from "../../model/names";
import { ownPool, sharedPools } from "../../model/node-pool";
import { amountOf } from "../../model/quantity";
import { tier, tierNames, type Quota } from "../../model/tiers";
import { tenantOf } from "../components/fixtures";
import { platformWith } from "../components/nodes";

const nodesOf = (...instanceTypes: string[]) => platformWith("karpenter", { instanceTypes }).nodes;

describe("the pools that tenants share", () => {
  it("grow to the nodes that the platform allows, of the largest type", () => {
    const limits = (...types: string[]) => sharedPools(nodesOf(...types)).map((pool) => pool.limits);
    assert.deepEqual(limits("m7i.large"), Array(2).fill({ nodes: 10, cpu: "20" }));
    assert.deepEqual(limits("m7i.large", "r7i.12xlarge"), Array(2).fill({ nodes: 10, cpu: "480" }));
    assert.deepEqual(limits("m7i.metal-48xl"), Array(2).fill({ nodes: 10, cpu: "1920" }));
  });
});

describe("the pool of one tenant's own", () => {
  it("never has the name of a shared one, whatever the tenant is called", () => {
    const shared = tierNames.map(sharedNodesName);
    for (const name of [...tierNames, ...tierNames.map((tierName) => `s-${tierName}`)]) {
      const own = ownPool(tenantOf("dedicated", { name }), nodesOf("m7i.large"));
      assert.ok(!shared.includes(own.name), own.name);
    }
  });

  it("grows with the quota, by one node more", () => {
    const limits = (quota: Partial<Quota>) =>
      ownPool(
        tenantOf("dedicated", { quota: { ...tier("dedicated").quota, ...quota } }),
        nodesOf("m7i.2xlarge"),
      ).limits;
    assert.deepEqual(limits({}), { nodes: 10, cpu: "40", memory: "320Gi" });
    assert.deepEqual(limits({ cpuLimit: "64" }), { nodes: 10, cpu: "72", memory: "576Gi" });
    assert.deepEqual(limits({ memoryLimit: "200Gi" }), { nodes: 10, cpu: "108", memory: "320Gi" });
    assert.deepEqual(limits({ cpuLimit: "500m", memoryLimit: "1Gi" }), {
      nodes: 10,
      cpu: "9",
      memory: "72Gi",
    });
  });

  for (const [family, gib] of [
    ["c7i", 2n],
    ["m7i", 4n],
    ["r7i", 8n],
  ] as const) {
    it(`has room for every tier's quota and ceiling on ${family}`, () => {
      for (const quota of tierNames.flatMap((name) => [tier(name).quota, tier(name).ceiling])) {
        const { limits } = ownPool(tenantOf("dedicated", { quota }), nodesOf(`${family}.2xlarge`));
        const node = { cpu: amountOf("8"), memory: 8n * gib * amountOf("1Gi") };
        const needed = [
          amountOf(quota.cpuLimit) / node.cpu,
          amountOf(quota.memoryLimit) / node.memory,
        ].reduce((most, nodes) => (nodes > most ? nodes : most));
        assert.ok(amountOf(limits.cpu) >= (needed + 1n) * node.cpu, `${quota.cpuLimit} cores`);
        assert.ok(amountOf(limits.memory ?? "") >= (needed + 1n) * node.memory, quota.memoryLimit);
      }
    });
  }
});
