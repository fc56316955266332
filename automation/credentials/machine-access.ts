/** Which ServiceAccount a machine of a tenant acts by, and whether it may be given a token now (R11). */

import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { RoleName, Tenant, TenantNamespace } from "../../model/tenant";
import type { TenantOptions } from "../operation";
import { RunFailure } from "../outcome";
import { readTenant } from "../tenant-files";
import { LONGEST_TTL, SHORTEST_TTL } from "./token-request";

export interface AccessOptions extends TenantOptions {
  /** Default: `dev`. */
  readonly role?: RoleName;
  /** The environment; needed where the tenant has several. */
  readonly environmentName?: string;
  /** Seconds that the token lives, 600 to 86400; default 3600. */
  readonly ttlSeconds?: number;
}

/** What was asked for, with every default. */
export interface MachineAccess {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
  readonly role: RoleName;
  readonly account: string;
  readonly ttl: number;
}

const DEFAULT_TTL = 3600;

/** @throws RunFailure `badInput` with everything that is wrong with what was asked. */
export function machineAccess(options: AccessOptions): MachineAccess {
  const { role = "dev", environmentName, ttlSeconds: ttl = DEFAULT_TTL } = options;
  const tenant = readTenant(options, options.tenant);
  const namespace = placeOfAccess(tenant, environmentName, ttl);
  return { tenant, namespace, role, account: names.accessAccount(role), ttl };
}

/**
 * The namespace that a credential may be given for.
 *
 * @param ttl seconds that it is to live.
 * @param faults what is wrong besides.
 * @throws RunFailure `badInput` with everything that is wrong.
 */
export function placeOfAccess(
  tenant: Tenant,
  environment: string | undefined,
  ttl: number,
  faults: readonly string[] = [],
): TenantNamespace {
  const namespace = chosen(tenant, environment);
  const all = [
    ...faults,
    ...(presenceOf(tenant).runs
      ? []
      : [`${tenant.name} is ${tenant.lifecycle.state}, and nobody signs in to it; resume it first`]),
    ...(typeof namespace === "string" ? [namespace] : []),
    ...(Number.isInteger(ttl) && ttl >= SHORTEST_TTL && ttl <= LONGEST_TTL
      ? []
      : [`a token lives ${SHORTEST_TTL} s to 24 h, not ${ttl} s; ask for as long as the work takes`]),
  ];
  if (all.length > 0 || typeof namespace === "string") {
    throw new RunFailure("badInput", all.join("\n"));
  }
  return namespace;
}

/** The namespace, or what is wrong with the choice. */
function chosen({ name, namespaces }: Tenant, environment: string | undefined): TenantNamespace | string {
  const environments = namespaces.flatMap((namespace) => namespace.environment ?? []);
  const found = namespaces.find((namespace) => namespace.environment === environment);
  if (found !== undefined) {
    return found;
  }
  if (environments.length === 0) {
    return `${name} has no environments; leave the environment out`;
  }
  return `${name} has the environments ${environments.join(", ")}; say which`;
}
