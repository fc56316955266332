/** Credentials for a tenant's Vault namespace: minted on demand, handed over wrapped, never kept (R61). */

import * as names from "../../model/names";
import type { Tenant } from "../../model/tenant";
import type { VaultRole } from "../../model/vault";
import { granted, type VaultClient } from "../vault";

export interface WrappedSecretId {
  /** Identifies the AppRole; not secret. */
  readonly roleId: string;
  /** Opens once, to whoever comes first: a second opening fails, and tells that somebody else was faster. */
  readonly wrappingToken: string;
  /** Seconds until the wrapping token expires. */
  readonly ttl: number;
}

/**
 * Mints a secret id for one of the tenant's AppRoles, response-wrapped.
 *
 * @param vault a client whose token may create secret ids in the tenant's namespace.
 * @param ttl seconds that the wrapping token lives; default ten minutes.
 * @throws RunFailure `credentials` where Vault refuses the token, `resource` for any other refusal.
 */
export async function wrappedSecretId(
  tenant: Pick<Tenant, "id">,
  role: VaultRole,
  vault: VaultClient,
  ttl = 600,
): Promise<WrappedSecretId> {
  const inner = vault.within(names.vaultNamespace(tenant.id));
  const path = `auth/${names.VAULT_APPROLE_MOUNT}/role/${role}`;
  const { data } = granted("read the role id", await inner.request("GET", `${path}/role-id`)) as {
    data: { role_id: string };
  };
  const minted = await inner.request("POST", `${path}/secret-id`, {}, { "X-Vault-Wrap-TTL": `${ttl}s` });
  const { wrap_info: wrapped } = granted("mint a secret id", minted) as {
    wrap_info: { token: string; ttl: number };
  };
  return { roleId: data.role_id, wrappingToken: wrapped.token, ttl: wrapped.ttl };
}
