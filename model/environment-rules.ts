/** How a tenant's environments divide what it has: names apart, shares that add up, no part that is nothing. */

import { shown } from "./fault";
import type { Contradiction } from "./rules";
import type { Tenant, TenantSpec } from "./tenant";

/** Contradictions of the environments (R32). */
export function environmentContradictions({ environments = [] }: TenantSpec): Contradiction[] {
  const twice = environments.flatMap(({ name }, index) =>
    environments.findIndex((other) => other.name === name) === index
      ? []
      : [
          {
            path: ["environments", index, "name"],
            message: `${shown(name)} stands there twice; an environment is a namespace of its own`,
          },
        ],
  );
  return [...twice, ...shareContradictions(environments.map(({ share }) => share))];
}

function shareContradictions(written: readonly (number | undefined)[]): Contradiction[] {
  if (written.length === 0) {
    return [];
  }
  const open = written.filter((share) => share === undefined).length;
  const sum = written.reduce<number>((total, share) => total + (share ?? 0), 0);
  const path = ["environments"];
  if (open === 0 && sum !== 100) {
    return [{ path, message: `the shares add up to ${sum} per cent; make them 100, or leave one out` }];
  }
  return open > 0 && 100 - sum < open
    ? [
        {
          path,
          message: `the shares leave ${Math.max(0, 100 - sum)} per cent for ${open} without one; lower them`,
        },
      ]
    : [];
}

/** What the tenant has and an environment, rounded down, would not. */
export function emptyParts(
  { environments = [] }: TenantSpec,
  { namespaces, quota }: Tenant,
): Contradiction[] {
  if (environments.length === 0 || shareContradictions(environments.map(({ share }) => share)).length > 0) {
    return [];
  }
  const fields = Object.keys(quota) as (keyof typeof quota)[];
  return namespaces.flatMap(({ quota: part }, index) => {
    const empty = fields.filter((field) => isNothing(part[field]) && !isNothing(quota[field]));
    const amounts = empty.map((field) => `quota.${field} (${quota[field]})`).join(", ");
    const message = `gets nothing of ${amounts}; raise the quota or the share`;
    return empty.length === 0 ? [] : [{ path: ["environments", index], message }];
  });
}

function isNothing(amount: string | number): boolean {
  return amount === 0 || amount === "0";
}
