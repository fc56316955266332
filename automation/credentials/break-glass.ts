/** Access for an emergency: one namespace, announced beforehand, at an end after 24 h whatever anybody does (R91). */

import * as fs from "node:fs";
import { v7 as uuid } from "uuid";
import { grantEnd, grantName, GRANT_LIFE } from "../../model/break-glass";
import type { Tenant, TenantNamespace } from "../../model/tenant";
import { announceGrant } from "./break-glass-event";
import {
  allGrants,
  grantFile,
  liveGrants,
  makeGrant,
  removeGrant,
  type Grant,
  type GrantPlace,
  type Justification,
} from "./break-glass-grants";
import { runnerOf } from "../audit/agent";
import { looksSecret } from "../audit/secrets";
import { openCluster, type Cluster } from "../cluster";
import { operatorEnvironment } from "../identity";
import { mint, orWithdraw, writeKubeconfig } from "./kubeconfig";
import { otherNamespaces, tryKubeconfig, type Trial } from "./kubeconfig-trial";
import { placeOfAccess, type MachineAccess } from "./machine-access";
import { operate, type Operation, type OperationOptions, type TenantOptions } from "../operation";
import { outFile } from "./out-file";
import { RunFailure } from "../outcome";
import { readList, readTenant } from "../tenant-files";

export type { Grant } from "./break-glass-grants";

export interface BreakGlassOptions extends TenantOptions, Justification {
  /** Why, for the Event, the RoleBinding and the audit log; everybody in the tenant reads it. */
  readonly reason: string;
  /** Who agreed to it. */
  readonly approver: string;
  /** Seconds that the token lives, 600 to 86400; default: as long as the grant. */
  readonly ttlSeconds?: number;
  /** The environment; needed where the tenant has several. */
  readonly environmentName?: string;
}

export interface Granted {
  readonly name: string;
  readonly namespace: string;
  /** When the token ends, and with it all reading: ISO 8601, UTC. */
  readonly expires: string;
  /** When the grant ends, and with it all writing, whatever token is asked for. */
  readonly ends: string;
  /** A kubeconfig, readable by its owner alone. */
  readonly file: string;
  readonly trials: readonly Trial[];
}

/** Longest of the texts that stand on the RoleBinding. */
const TEXT_MAX = 500;

/**
 * Opens one namespace of the tenant, and tidies away grants of it that are over.
 *
 * @throws RunFailure `badInput` with everything that is wrong with what was asked, `credentials` where the operator may
 * not grant or the platform's rule refuses, `resource` where the credential does other than it must. Nothing stays open.
 */
export function grantBreakGlass(options: BreakGlassOptions): Promise<Granted> {
  const { tenant: tenantName, reason, approver, ttlSeconds = GRANT_LIFE } = options;
  return operate(options, { activity: "breakglass grant", tenant: tenantName }, async (operation) => {
    const tenant = readTenant(options, tenantName);
    const namespace = placeOfGrant(options, tenant);
    const operator = await openCluster(operatorEnvironment(options));
    const { now } = await operation.step(
      "kubernetes",
      "look for grants that are over",
      () => tidyAway(operator, tenant.name, namespace.name),
      ({ removed }) => ({ removed }),
    );
    const name = grantName(uuid({ msecs: now.getTime() }));
    const file = await outFile(options, grantFile(name));
    const ends = grantEnd(name)?.toISOString() ?? "";
    const words = { name, namespace: namespace.name, ends, reason, approver };
    await operation.step(
      "kubernetes",
      "announce the grant",
      () => announceGrant(operator, options, words),
      () => ({ ...words }),
    );
    try {
      await operation.step(
        "kubernetes",
        "make account and binding",
        () => makeGrant(operator, tenant, namespace, name, { reason, approver }),
        () => ({ ...words }),
      );
      const ttl = Math.min(ttlSeconds, GRANT_LIFE - TOKEN_MARGIN);
      const access: MachineAccess = { tenant, namespace, role: "dev", account: name, ttl };
      const minted = await operation.step(
        "kubernetes",
        "mint a token",
        () => mint(operator, access),
        ({ expires }) => ({ account: name, namespace: namespace.name, expires }),
      );
      await operation.step("files", "write the kubeconfig", async () =>
        writeKubeconfig(file, operator, access, { token: minted.token }),
      );
      const others = otherNamespaces(readList(options).tenants, tenantName);
      const trials = await operation.step(
        "kubernetes",
        "try it",
        () => orWithdraw(file, () => tryKubeconfig(file, namespace.name, others)),
        (all) => ({ answered: all.map(({ asked, status }) => `${asked}: ${status}`) }),
      );
      return { name, namespace: namespace.name, expires: minted.expires, ends, file, trials };
    } catch (error) {
      await takeBack(operation, operator, { name, namespace: namespace.name });
      throw error;
    }
  });
}

/** Seconds between the time in a grant's name and the request for its token, which must not outlive it. */
const TOKEN_MARGIN = 30;

/** Grants of the tenant, or of every tenant of the list; those that are over and never tidied away as well. */
export function listBreakGlass(options: OperationOptions & { readonly tenant?: string }): Promise<Grant[]> {
  const { tenant } = options;
  return operate(options, { activity: "breakglass list", ...about(tenant) }, async (operation) => {
    const tenants = tenant === undefined ? readList(options).tenants : [readTenant(options, tenant)];
    const operator = await openCluster(operatorEnvironment(options));
    return operation.step(
      "kubernetes",
      "list the grants",
      () => allGrants(operator, tenants),
      (grants) => ({ grants: grants.length }),
    );
  });
}

export interface RevokeOptions extends TenantOptions {
  /** The name of one grant; default: every grant of the tenant. */
  readonly grant?: string;
}

/**
 * Ends grants at once, those that are over as well, and removes their kubeconfigs from `out/`.
 *
 * @returns the grants that are gone.
 * @throws RunFailure `badInput` where the tenant has no grant of that name.
 */
export function revokeBreakGlass(options: RevokeOptions): Promise<Grant[]> {
  const { tenant: name, grant: only } = options;
  return operate(options, { activity: "breakglass revoke", tenant: name }, async (operation) => {
    const tenant = readTenant(options, name);
    const operator = await openCluster(operatorEnvironment(options));
    const live = await operation.step("kubernetes", "look for grants", () => allGrants(operator, [tenant]));
    const chosen = live.filter((grant) => only === undefined || grant.name === only);
    if (only !== undefined && chosen.length === 0) {
      const known = live.map((grant) => grant.name).join(", ") || "none";
      throw new RunFailure("badInput", `${name} has no grant ${only}; what stands is: ${known}`);
    }
    for (const grant of chosen) {
      await operation.step(
        "kubernetes",
        "revoke a grant",
        () => removeGrant(operator, grant),
        () => ({ ...grant }),
      );
      fs.rmSync(await outFile(options, grantFile(grant.name)), { force: true });
    }
    return chosen;
  });
}

/**
 * The namespace that a grant would open.
 *
 * @throws RunFailure `badInput` with everything that is wrong with what is asked for.
 */
export function placeOfGrant(options: BreakGlassOptions, tenant: Tenant): TenantNamespace {
  const { reason, approver, environmentName, ttlSeconds = GRANT_LIFE } = options;
  const runner = runnerOf(options);
  const alone = approver.trim().toLowerCase() === runner.toLowerCase();
  return placeOfAccess(tenant, environmentName, ttlSeconds, [
    ...faultsOf({ reason, approver }),
    ...(alone ? [`${runner} asks for the grant and cannot approve it; have somebody else do so`] : []),
  ]);
}

function faultsOf(said: Justification): string[] {
  return (["reason", "approver"] as const).flatMap((field) => {
    const text = said[field];
    if (text.trim() === "" || text.length > TEXT_MAX) {
      return [`${field} takes 1 to ${TEXT_MAX} characters; say ${WORDS[field]}`];
    }
    return looksSecret(text)
      ? [`the ${field} looks like a credential, and everybody reads it; say it without`]
      : [];
  });
}

const WORDS = { reason: "why it is needed", approver: "who agreed to it" } as const;

async function tidyAway(
  operator: Cluster,
  tenant: string,
  namespace: string,
): Promise<{ now: Date; removed: string[] }> {
  const { grants, now } = await liveGrants(operator, tenant, namespace);
  const over = grants.filter((grant) => grant.over);
  for (const grant of over) {
    await removeGrant(operator, grant);
  }
  return { now, removed: over.map(({ name }) => name) };
}

/** What failed on its way must not stay open; what was wrong is told all the same. */
async function takeBack(operation: Operation, operator: Cluster, grant: GrantPlace): Promise<void> {
  try {
    await removeGrant(operator, grant);
  } catch (error) {
    operation.note(
      `${grant.namespace}/${grant.name} could not be taken back and ends by itself: ${String(error)}; run tenantry breakglass revoke`,
    );
  }
}

function about(tenant: string | undefined) {
  return tenant === undefined ? {} : { tenant };
}
