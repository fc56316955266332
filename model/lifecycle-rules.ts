/** How the fields of a tenant's life agree with each other. */

import type { Contradiction } from "./rules";
import type { TenantSpec } from "./tenant";

/** Data is kept until a date, and only data that is kept has one. */
export function lifecycleContradictions({ lifecycle = {} }: TenantSpec): Contradiction[] {
  const { state = "active", retainUntil } = lifecycle;
  if (state === "retained" && retainUntil === undefined) {
    const message = `needs the last day on which the data is kept; write lifecycle.retainUntil, such as "2027-01-31"`;
    return [{ path: ["lifecycle", "state"], message: `"retained" ${message}` }];
  }
  if (state !== "retained" && retainUntil !== undefined) {
    const message = `belongs to a tenant that is retained, and this one is ${state}; leave it out`;
    return [{ path: ["lifecycle", "retainUntil"], message }];
  }
  return [];
}
