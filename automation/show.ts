/** What a list holds and what a tenant's file means: from the files, with what the last run left beside it. */

import * as names from "../model/names";
import type { Tenant } from "../model/tenant";
import type { OperationOptions, TenantOptions } from "./operation";
import { readList, readTenant, tenantFile } from "./tenant-files";
import { knownStack } from "./workspace";

export interface ListedTenant {
  readonly name: string;
  readonly id: string;
  readonly displayName: string;
  readonly tier: string;
  readonly state: string;
  /** Last day on which the data of a tenant that has left is kept. */
  readonly retainUntil?: string;
  readonly namespaces: readonly string[];
}

/** The tenants of a list, by name; asks nobody. */
export function listTenants(options: OperationOptions): ListedTenant[] {
  return readList(options)
    .tenants.map(listed)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function listed({ name, id, displayName, tier, lifecycle, namespaces }: Tenant): ListedTenant {
  const { state, retainUntil } = lifecycle;
  return {
    name,
    id,
    displayName,
    tier,
    state,
    ...(retainUntil !== undefined && { retainUntil }),
    namespaces: namespaces.map((namespace) => namespace.name),
  };
}

export interface ShownTenant {
  readonly file: string;
  /** The file with every default filled in. */
  readonly tenant: Tenant;
  /** Names that are made of the tenant's name or id. */
  readonly derived: Readonly<Record<string, string>>;
  /** What the last run put out for the tenant; undefined before the first. */
  readonly outputs: unknown;
}

/**
 * One tenant. Only the state is asked, and no server.
 *
 * @throws RunFailure `badInput` for a name that the list has not.
 */
export async function showTenant(options: TenantOptions): Promise<ShownTenant> {
  const tenant = readTenant(options, options.tenant);
  const outputs = await (await knownStack(options))?.outputs();
  const all = (outputs?.["tenants"]?.value ?? {}) as Record<string, unknown>;
  return {
    file: tenantFile(options, tenant.name),
    tenant,
    derived: derivedNames(tenant),
    outputs: all[tenant.name],
  };
}

function derivedNames({ name, id, secrets, namespaces }: Tenant): Record<string, string> {
  return {
    namespaces: namespaces.map((namespace) => namespace.name).join(", "),
    storageClass: names.storageClassName(name),
    keyAlias: names.keyAlias(id),
    ...(secrets.engine === "vault" && { vaultNamespace: names.vaultNamespace(id) }),
    backupPrefix: names.backupPrefix(id),
    backupRole: names.backupRoleName(id),
    workloadRole: names.workloadRoleName(id),
  };
}
