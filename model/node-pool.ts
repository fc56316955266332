/** Pools of nodes, whichever engine makes them: whose pods they take, what they are made of, how large they grow (R40-R43). */

import * as labels from "./labels";
import * as names from "./names";
import type { PlatformSpec } from "./platform";
import { amountOf, larger, textOf } from "./quantity";
import type { Tenant } from "./tenant";
import { tier, tierNames, type Quota, type TierName } from "./tiers";

/** The platform's settings for nodes. */
export type Nodes = PlatformSpec["nodes"];

/** A pool of nodes. */
export interface NodePoolPlan {
  readonly name: string;
  /** What its nodes are made of: one class a tier. */
  readonly nodeClass: TierName;
  /** Labels of its nodes, and their taints too: other pods stay away, and its own go nowhere else (R41). */
  readonly marks: Readonly<Record<string, string>>;
  /** Most nodes, and cores and memory of all together. */
  readonly limits: { readonly nodes: number; readonly cpu: string; readonly memory?: string };
}

/** The pools that tenants of a tier share. A tier whose tenants have nodes of their own has none. */
export function sharedPools({ maxNodes, instanceTypes }: Nodes): NodePoolPlan[] {
  return tierNames
    .filter((name) => tier(name).pool === "shared")
    .map((name) => ({
      name: names.sharedNodesName(name),
      nodeClass: name,
      marks: { [labels.NODE_TIER]: name },
      limits: { nodes: maxNodes, cpu: String(maxNodes * largest(instanceTypes)) },
    }));
}

/** The pool of one tenant's own. */
export function ownPool(tenant: Tenant, { maxNodes, instanceTypes }: Nodes): NodePoolPlan {
  return {
    name: names.clusterObjectName(tenant.name),
    nodeClass: HARDENED.has(tenant.tier) ? tenant.tier : tenant.pool.name,
    marks: { [labels.NODE_TIER]: tenant.pool.name, [labels.TENANT]: tenant.id },
    limits: { nodes: maxNodes, ...roomFor(tenant.quota, largest(instanceTypes)) },
  };
}

/** Classes with encrypted swap and sandboxed runtimes; their tenants have both in pools of their own too (R42, R43). */
const HARDENED: ReadonlySet<TierName> = new Set(["sensitive"]);

/** Volumes of a node by device name, in GiB; none lies in the clear. */
export interface Volumes {
  readonly root: { readonly device: string; readonly gib: number };
  readonly swap?: { readonly device: string; readonly gib: number };
}

/** Images, logs and `emptyDir` of all pods lie on the root volume. */
const ROOT = { device: "/dev/xvda", gib: 100 };

/** The volumes of a class of nodes. */
export function volumesOf(nodeClass: TierName, { swapGiB }: Nodes): Volumes {
  return HARDENED.has(nodeClass) && swapGiB > 0
    ? { root: ROOT, swap: { device: "/dev/xvdb", gib: swapGiB } }
    : { root: ROOT };
}

/** Memory of EC2's general families: 2 to 8 GiB a core. */
const LEAST_PER_CORE = amountOf("2Gi");
const MOST_PER_CORE = amountOf("8Gi");
const CORE = amountOf("1");

/**
 * Room for what the quota allows and one node more. Whole nodes are counted, in their family's proportion, and a new
 * node comes before the old one goes: a tighter bound would keep the tenant from its quota and old nodes in service.
 */
function roomFor({ cpuLimit, memoryLimit }: Quota, spare: number): { cpu: string; memory: string } {
  const cores = wholes(amountOf(cpuLimit), CORE);
  const coresOfMemory = wholes(amountOf(memoryLimit), LEAST_PER_CORE);
  const memory = larger(memoryLimit, textOf(cores * MOST_PER_CORE));
  return {
    cpu: String((cores > coresOfMemory ? cores : coresOfMemory) + BigInt(spare)),
    memory: textOf(amountOf(memory) + BigInt(spare) * MOST_PER_CORE),
  };
}

function wholes(amount: bigint, of: bigint): bigint {
  return (amount + of - 1n) / of;
}

/** Cores of the largest type, by the size in its name: `large` has 2, `xlarge` 4, `8xlarge` 32, `metal` at most 192. */
function largest(instanceTypes: readonly string[]): number {
  return Math.max(
    ...instanceTypes.map((type) => {
      const [, times, size] = /\.([0-9]*)(xlarge|metal)/.exec(type) ?? [];
      return size === undefined ? 2 : size === "metal" ? 192 : 4 * Number(times || 1);
    }),
  );
}
