/** What a plan is refused for before anything is changed, besides what would be lost for good (`losses.ts`). */

import type { Deployment } from "@pulumi/pulumi/automation";
import type { Tenant } from "../../model/tenant";
import { changesOf, SHARED, type Counts } from "./changes";
import { RunFailure } from "../outcome";
import { protectedTenants } from "./protection";

/**
 * A protected tenant whose file is gone: the engine would refuse too, but without a preview only after it had begun to
 * delete the rest.
 *
 * @param declared undefined for the platform.
 */
export function refuseProtectedRemoval(declared: readonly Tenant[] | undefined, exported: Deployment): void {
  const removed =
    declared === undefined
      ? []
      : protectedTenants(exported).filter((name) => !declared.some((tenant) => tenant.name === name));
  if (removed.length > 0) {
    const message = `no file declares ${removed.join(", ")} any more, but protected resources stand; nothing was changed: put the file back with lifecycle.deletionProtection: false, run up, then remove it; what a tenant left behind goes by tenantry purge`;
    throw new RunFailure("resource", message);
  }
}

/**
 * Somebody meant one tenant, and others' files or servers have changed besides. What belongs to no tenant may change: the
 * stack itself and its providers, which the first tenant of a list brings and every new credential touches; what that
 * did to another tenant would be counted as that one's.
 */
export function refuseOthers(planned: Readonly<Record<string, Counts>>, only: string | undefined): void {
  if (only === undefined) {
    return;
  }
  const others = Object.entries(planned).filter(
    ([name, counts]) => name !== only && name !== SHARED && changesOf(counts).length > 0,
  );
  if (others.length > 0) {
    const message = `not only ${only} would change, but ${others.map(([name]) => name).join(", ")} too; nothing was changed: look at the plan by tenantry preview, apply it by tenantry up, then run this again`;
    throw new RunFailure("resource", message);
  }
}
