/**
 * Break-glass grants (R91): access to one namespace that ends by itself. A grant is called by a UUID of version 7, which
 * begins with the time at which it was made, so that the name alone says when the grant is over, to whoever reads it.
 */

import { PENTEST_ROLE } from "./operator";
import { roleRules, type Rule } from "./roles";

/** Seconds that a grant lasts, whatever anybody does. */
export const GRANT_LIFE = 24 * 3600;

/** What a grant opens: what a developer of the tenant may do, in the one namespace in which it is bound. */
export const pentestRules: readonly Rule[] = roleRules.dev;

/** How a UUID of version 7 is spelt; the first twelve digits are milliseconds since 1970. */
export const UUID_V7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const GRANT = new RegExp(`^${PENTEST_ROLE}-(?=${UUID_V7}$)([0-9a-f]{8})-([0-9a-f]{4})-`);

/** The name of a grant's ServiceAccount, and of its RoleBinding. */
export function grantName(uuid: string): string {
  return `${PENTEST_ROLE}-${uuid}`;
}

/** When the grant of this name is over; undefined where it is no grant's name. */
export function grantEnd(name: string): Date | undefined {
  const [, high, low] = GRANT.exec(name) ?? [];
  return high === undefined || low === undefined
    ? undefined
    : new Date(Number.parseInt(high + low, 16) + 1000 * GRANT_LIFE);
}
