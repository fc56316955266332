/** How a tenant's environments divide what it has: names apart, shares that add up, no part that is nothing. */

import { shown } from "./fault";
import type { Contradiction } from "./rules";
import type { Tenant, TenantSpec } from "./tenant";

/** Contradictions of the environments (R32). */
export function environmentContradictions(
  { environments = [] }: TenantSpec,
  tenant: Tenant,
): Contradiction[] {
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
  const shares = shareContradictions(environments.map(({ share }) => share));
  return [...twice, ...shares, ...(shares.length === 0 ? nothingLeft(tenant) : [])];
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
          message: `the shares leave ${100 - sum} per cent for ${open} without one; lower them`,
        },
      ]
    : [];
}

/** What the tenant has and an environment, rounded down, would not. */
function nothingLeft({ namespaces, quota }: Tenant): Contradiction[] {
  const fields = Object.keys(quota) as (keyof typeof quota)[];
  return namespaces.flatMap(({ environment, quota: part }, index) =>
    environment === undefined
      ? []
      : fields
          .filter((field) => isNothing(part[field]) && !isNothing(quota[field]))
          .map((field) => ({
            path: ["environments", index],
            message: `its part of quota.${field}, ${quota[field]}, is nothing; raise the quota or the share`,
          })),
  );
}

function isNothing(amount: string | number): boolean {
  return amount === 0 || amount === "0";
}
