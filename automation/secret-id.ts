/** Credentials for a tenant's Vault namespace: minted on demand, handed over wrapped, never kept (R61). */

import * as names from "../model/names";
import type { Tenant } from "../model/tenant";
import type { VaultRole } from "../model/vault";
import { RunFailure } from "./outcome";

export interface WrappedSecretId {
  /** Identifies the AppRole; not secret. */
  readonly roleId: string;
  /** Opens once, to whoever comes first: a second opening fails, and tells that somebody else was faster. */
  readonly wrappingToken: string;
  /** Seconds until the wrapping token expires. */
  readonly ttl: number;
}

export interface VaultConnection {
  readonly address: string;
  /** A token that may create secret ids in the tenant's namespace. */
  readonly token: string;
}

/**
 * Mints a secret id for one of the tenant's AppRoles, response-wrapped.
 *
 * @param ttl seconds that the wrapping token lives; default ten minutes.
 * @throws RunFailure `credentials` where Vault refuses the token, `resource` for any other refusal.
 */
export async function wrappedSecretId(
  tenant: Pick<Tenant, "id">,
  role: VaultRole,
  vault: VaultConnection,
  ttl = 600,
): Promise<WrappedSecretId> {
  const path = `auth/${names.VAULT_APPROLE_MOUNT}/role/${role}`;
  const { data } = await ask<{ data: { role_id: string } }>(vault, tenant, "GET", `${path}/role-id`);
  const { wrap_info: wrapped } = await ask<{ wrap_info: { token: string; ttl: number } }>(
    vault,
    tenant,
    "POST",
    `${path}/secret-id`,
    { "X-Vault-Wrap-TTL": `${ttl}s` },
  );
  return { roleId: data.role_id, wrappingToken: wrapped.token, ttl: wrapped.ttl };
}

async function ask<T>(
  { address, token }: VaultConnection,
  tenant: Pick<Tenant, "id">,
  method: "GET" | "POST",
  path: string,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(new URL(`/v1/${path}`, address), {
    method,
    headers: { ...headers, "X-Vault-Token": token, "X-Vault-Namespace": names.vaultNamespace(tenant.id) },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) {
    const { errors = [] } = (await response.json().catch(() => ({}))) as { errors?: string[] };
    const kind = response.status === 403 ? "credentials" : "resource";
    throw new RunFailure(kind, `Vault refused ${method} ${path}: ${response.status} ${errors.join("; ")}`);
  }
  return (await response.json()) as T;
}
