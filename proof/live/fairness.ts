/** Judges what keeps a tenant from starving its neighbours: quota, priority classes, limits (R34, R35, R37). */

import { isDeepStrictEqual } from "node:util";
import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import { quantity } from "../../model/quantity";
import { quotaHard } from "../../model/quota";
import type { Tenant, TenantNamespace } from "../../model/tenant";
import { tierNames } from "../../model/tiers";
import { named, type LiveObject } from "../documents";
import type { Bench, Ledger } from "../ledger";

export function judgeFairness(
  tenant: Tenant,
  namespace: TenantNamespace,
  quotas: readonly LiveObject[],
  limits: readonly LiveObject[],
  ledger: Ledger,
): void {
  const bench = ledger.bench(tenant.name, "fairness");
  judgeQuota(tenant, namespace, named(quotas, "tenant-quota"), bench);
  judgePriority(tenant, namespace, named(quotas, "foreign-priority"), bench);
  judgeLimits(tenant, namespace, limits, bench);
}

interface LiveQuota {
  readonly hard?: Readonly<Record<string, string>>;
  readonly scopes?: readonly string[];
  readonly scopeSelector?: { readonly matchExpressions?: readonly LiveScope[] };
}

interface LiveScope {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

function judgeQuota(
  tenant: Tenant,
  namespace: TenantNamespace,
  live: LiveObject | undefined,
  { expect }: Bench,
): void {
  const object = `ResourceQuota ${namespace.name}/tenant-quota`;
  expect(object, live !== undefined, "is missing");
  if (live === undefined) {
    return;
  }
  const { hard = {}, scopes, scopeSelector } = live["spec"] as LiveQuota;
  const scoped = Boolean(scopes?.length) || Boolean(scopeSelector?.matchExpressions?.length);
  expect(object, !scoped, "counts only the pods of a scope");
  for (const [key, declared] of Object.entries(quotaHard(namespace.quota, presenceOf(tenant).runs))) {
    expect(
      object,
      sameQuantity(hard[key], declared),
      `allows ${key}=${hard[key] ?? "unlimited"} instead of ${declared}`,
    );
  }
}

/** Conditions of a scope selector are joined by "and": a second one may make the quota count nothing. */
function judgePriority(
  tenant: Tenant,
  namespace: TenantNamespace,
  live: LiveObject | undefined,
  { expect }: Bench,
): void {
  const classes = [
    "system-cluster-critical",
    "system-node-critical",
    ...tierNames.filter((tier) => tier !== tenant.tier).map(names.priorityClassName),
  ];
  const { hard = {}, scopes, scopeSelector } = (live?.["spec"] ?? {}) as LiveQuota;
  const [scope, ...others] = scopeSelector?.matchExpressions ?? [];
  const closed =
    sameQuantity(hard["pods"], "0") &&
    !scopes?.length &&
    others.length === 0 &&
    scope?.scopeName === "PriorityClass" &&
    scope.operator === "In" &&
    classes.every((name) => scope.values?.includes(name));
  expect(
    `ResourceQuota ${namespace.name}/foreign-priority`,
    closed,
    `does not close the priority classes ${classes.join(", ")}`,
  );
}

type LiveLimit = Readonly<Record<string, unknown>>;

function judgeLimits(
  tenant: Tenant,
  namespace: TenantNamespace,
  ranges: readonly LiveObject[],
  { expect }: Bench,
): void {
  const object = `LimitRange ${namespace.name}/tenant-limits`;
  const live = named(ranges, "tenant-limits");
  expect(object, live !== undefined, "is missing");
  const containers = live === undefined ? [] : containerLimits(live);
  if (live !== undefined) {
    expect(
      object,
      containers.length === 1,
      `holds ${containers.length} sets of limits for containers instead of 1`,
    );
    for (const kind of ["default", "defaultRequest", "max"] as const) {
      const { cpu, memory, ephemeralStorage } = tenant.containers[kind];
      const amounts = (containers[0]?.[kind] ?? {}) as Record<string, string>;
      for (const [key, declared] of Object.entries({ cpu, memory, "ephemeral-storage": ephemeralStorage })) {
        const found = amounts[key];
        expect(
          object,
          sameQuantity(found, declared),
          `sets ${kind}.${key}=${found ?? "none"} instead of ${declared}`,
        );
      }
    }
  }
  // Limits of several ranges all hold, but the defaults of one range hide those of another.
  for (const other of ranges.filter((range) => range !== live)) {
    const hides = containerLimits(other).some(
      (limit) => !isDeepStrictEqual([limit["default"] ?? {}, limit["defaultRequest"] ?? {}], [{}, {}]),
    );
    expect(
      `LimitRange ${namespace.name}/${other.metadata.name}`,
      !hides,
      "is not declared and sets other defaults for containers",
    );
  }
}

function containerLimits(range: LiveObject): LiveLimit[] {
  const { limits = [] } = (range["spec"] ?? {}) as { limits?: LiveLimit[] };
  return limits.filter(({ type }) => type === "Container");
}

function sameQuantity(found: string | undefined, declared: string): boolean {
  const amount = quantity(declared);
  return found !== undefined && amount !== undefined && quantity(found) === amount;
}
