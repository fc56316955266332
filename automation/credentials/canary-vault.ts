/** Logins to a tenant's Vault namespace and the tokens that they gave, as canaries. */

import { z } from "zod";
import * as names from "../../model/names";
import type { Tenant } from "../../model/tenant";
import { vaultRoles, type VaultRole } from "../../model/vault";
import type { Attempt, Canary } from "./canaries";
import { wrappedSecretId } from "./secret-id";
import { granted, type VaultClient, type VaultReply } from "../vault";

const unwrapped = z.object({ data: z.object({ secret_id: z.string() }) });
const login = z.object({ auth: z.object({ client_token: z.string() }) });

/**
 * For each AppRole a login that has not been used yet, and a token of one that has. None where the tenant's secrets lie
 * in AWS. The login of External Secrets is not tried: its token would open values, and the operator reads none.
 */
export async function vaultCanaries(tenant: Tenant, client: VaultClient): Promise<Canary[]> {
  if (tenant.secrets.engine !== "vault") {
    return [];
  }
  const inner = client.within(names.vaultNamespace(tenant.id));
  const canaries: Canary[] = [];
  for (const role of Object.keys(vaultRoles) as VaultRole[]) {
    const { status } = await inner.request("GET", `auth/${names.VAULT_APPROLE_MOUNT}/role/${role}/role-id`);
    canaries.push(...(status === 404 ? [] : await appRoleCanaries(tenant, role, client)));
  }
  return canaries;
}

async function appRoleCanaries(tenant: Tenant, role: VaultRole, vault: VaultClient): Promise<Canary[]> {
  const anonymous = vault.within(names.vaultNamespace(tenant.id)).withToken("");
  const path = `auth/${names.VAULT_APPROLE_MOUNT}/login`;
  const credential = `secret id of AppRole ${role}`;

  const first = await anonymous.request("POST", path, await secretId(tenant, role, vault));
  if (first.status !== 200) {
    // The role may be open to other networks alone.
    return [{ credential, plane: "vault", attempt: () => Promise.resolve(judged(path, first)) }];
  }
  const holder = anonymous.withToken(login.parse(first.body).auth.client_token);
  // A secret id is good for one login: after each that succeeds the next one is made ready while it can be.
  let spare = await secretId(tenant, role, vault);
  return [
    {
      credential,
      plane: "vault",
      attempt: async () => {
        const attempt = judged(path, await anonymous.request("POST", path, spare));
        if (attempt.accepted) {
          spare = await secretId(tenant, role, vault);
        }
        return attempt;
      },
    },
    {
      credential: `Vault token of AppRole ${role}`,
      plane: "vault",
      attempt: async () => judged(LOOKUP, await holder.request("GET", LOOKUP)),
    },
  ];
}

const LOOKUP = "auth/token/lookup-self";

async function secretId(tenant: Tenant, role: VaultRole, vault: VaultClient) {
  const { roleId, wrappingToken } = await wrappedSecretId(tenant, role, vault);
  const inner = vault.within(names.vaultNamespace(tenant.id)).withToken(wrappingToken);
  const reply = await inner.request("POST", "sys/wrapping/unwrap");
  const { data } = unwrapped.parse(granted("unwrap a secret id", reply));
  return { role_id: roleId, secret_id: data.secret_id };
}

function judged(path: string, { status, message }: VaultReply): Attempt {
  const accepted = status === 200;
  return { accepted, answer: accepted ? `${path}: 200` : `${path}: ${status} ${message}` };
}
