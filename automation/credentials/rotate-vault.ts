/** Ends what was handed out of a tenant's Vault namespace: secret ids, and tokens of logins (R61, R90). */

import { z } from "zod";
import * as names from "../../model/names";
import type { Tenant } from "../../model/tenant";
import { vaultRoles, type VaultRole } from "../../model/vault";
import { wrappedSecretId, type WrappedSecretId } from "./secret-id";
import { granted, type VaultClient } from "../vault";

const keys = z.object({ data: z.object({ keys: z.array(z.string()) }) });

const roles = Object.keys(vaultRoles) as VaultRole[];

/** @returns how many were destroyed. */
export async function destroySecretIds({ id }: Tenant, vault: VaultClient): Promise<number> {
  const inner = vault.within(names.vaultNamespace(id));
  let destroyed = 0;
  for (const role of roles) {
    const path = `auth/${names.VAULT_APPROLE_MOUNT}/role/${role}`;
    const listed = await inner.request("GET", `${path}/secret-id?list=true`);
    // Vault calls an empty list missing.
    const accessors = listed.status === 404 ? [] : keys.parse(granted("list secret ids", listed)).data.keys;
    for (const accessor of accessors) {
      const body = { secret_id_accessor: accessor };
      const reply = await inner.request("POST", `${path}/secret-id-accessor/destroy`, body);
      destroyed += 1;
      if (reply.status !== 404) {
        granted("destroy a secret id", reply);
      }
    }
  }
  return destroyed;
}

/** Mints one for each role, wrapped: whoever is to have it opens it once. */
export async function mintSecretIds(
  tenant: Tenant,
  vault: VaultClient,
  ttl: number,
): Promise<({ readonly role: VaultRole } & WrappedSecretId)[]> {
  const minted = [];
  for (const role of roles) {
    minted.push({ role, ...(await wrappedSecretId(tenant, role, vault, ttl)) });
  }
  return minted;
}

/** Revokes every token that a login of the tenant has given. */
export async function revokeTokens({ id }: Tenant, vault: VaultClient): Promise<void> {
  const inner = vault.within(names.vaultNamespace(id));
  for (const mount of [names.VAULT_APPROLE_MOUNT, names.VAULT_KUBERNETES_MOUNT]) {
    granted("revoke tokens", await inner.request("PUT", `sys/leases/revoke-prefix/auth/${mount}/login`, {}));
  }
}
