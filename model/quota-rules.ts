/** How amounts agree: with the tier's ceiling, limits with requests, one container with all together. */

import { valueAt } from "./position";
import { amountOf } from "./quantity";
import type { Contradiction, Path } from "./rules";
import type { Tenant, TenantSpec } from "./tenant";
import { tier, type ContainerResources, type Quota } from "./tiers";

/** Above what the tier allows, or limits below requests. */
export function quotaContradictions({ quota, tier: tierName }: Tenant): Contradiction[] {
  const { ceiling } = tier(tierName);
  const beyond = (Object.keys(ceiling) as (keyof Quota)[])
    .filter((field) => isAbove(quota[field], ceiling[field]))
    .map((field) => ({
      path: ["quota", field],
      message: `${quota[field]} is above the ${ceiling[field]} that tier ${tierName} allows; write less or choose another tier`,
    }));
  const limits = (
    [
      ["cpu", "cpuLimit"],
      ["memory", "memoryLimit"],
    ] as const
  )
    .filter(([request, limit]) => isAbove(quota[request], quota[limit]))
    .map(([request, limit]) => ({
      path: ["quota", limit],
      message: `${quota[limit]} is below quota.${request}, ${quota[request]}: limits cannot be less than requests; raise it`,
    }));
  return [...beyond, ...limits];
}

function isAbove(amount: string | number, bound: string | number): boolean {
  if (amount === bound) {
    return false;
  }
  return typeof amount === "number" || typeof bound === "number"
    ? Number(amount) > Number(bound)
    : amountOf(amount) > amountOf(bound);
}

const AMOUNTS = [
  "cpu",
  "memory",
  "ephemeralStorage",
] as const satisfies readonly (keyof ContainerResources)[];
const TOTALS = { cpu: "cpuLimit", memory: "memoryLimit", ephemeralStorage: "ephemeralStorage" } as const;

/** What each container may have, held against what all may have together. */
export function containerContradictions(spec: TenantSpec, { containers, quota }: Tenant): Contradiction[] {
  return AMOUNTS.flatMap((field) => {
    const total = TOTALS[field];
    const request: Amount = [["containers", "defaultRequest", field], containers.defaultRequest[field]];
    const limit: Amount = [["containers", "default", field], containers.default[field]];
    const max: Amount = [["containers", "max", field], containers.max[field]];
    return [
      ...above(spec, request, limit, "a request cannot exceed its limit"),
      ...above(spec, limit, max, "no container may have more than the maximum"),
      ...above(spec, max, [["quota", total], quota[total]], "one container could never have that much"),
    ];
  });
}

type Amount = readonly [path: Path, amount: string];

/** The fault points at what the file says: of a default that is in the way, the file's line says nothing. */
function above(spec: TenantSpec, lower: Amount, upper: Amount, why: string): Contradiction[] {
  const [[path, amount], [bound, most]] = [lower, upper];
  if (!isAbove(amount, most)) {
    return [];
  }
  return valueAt(spec, path) !== undefined
    ? [
        {
          path,
          message: `${amount} is above ${bound.join(".")}, ${most}: ${why}; lower one or raise the other`,
        },
      ]
    : [
        {
          path: bound,
          message: `${most} is below ${path.join(".")}, ${amount} by default: ${why}; raise it or write ${path.join(".")}`,
        },
      ];
}
