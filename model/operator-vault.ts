/**
 * What the operator may do in Vault: hand out and take back the logins of tenants' AppRoles, and count what a tenant
 * leaves behind (R1-R4, R61). It reads and writes no value, and changes no policy, mount, role or namespace.
 *
 * A login is handed out only by who could use it: the operator could open a secret id that it has minted, and log in as
 * the tenant. Vault cannot forbid that; its audit log tells of each login, and the role's own limits hold for it too.
 */

import * as names from "./names";
import type { VaultRight, VaultRights } from "./provisioner-vault";
import { vaultRoles } from "./vault";

const READ: VaultRight = { capabilities: ["read"] };
const UPDATE: VaultRight = { capabilities: ["update"] };
const LIST: VaultRight = { capabilities: ["list"] };

/** The operator's rights by path; `+` is any one namespace. */
export function operatorVaultRights(): VaultRights {
  return { ...OWN_TOKEN, ...SECRET_IDS, ...TOKENS, ...VALUES };
}

const OWN_TOKEN: VaultRights = {
  "auth/token/lookup-self": READ,
  "auth/token/revoke-self": UPDATE,
};

/**
 * Never a custom secret id, which could be one that somebody knows, and none with settings of its own: the role says
 * how long it lives, how often it is good, and from where.
 */
const SECRET_IDS: VaultRights = Object.fromEntries(
  Object.keys(vaultRoles).flatMap((role): [string, VaultRight][] => {
    const path = `+/auth/${names.VAULT_APPROLE_MOUNT}/role/${role}`;
    return [
      [`${path}/role-id`, READ],
      [`${path}/secret-id`, { capabilities: ["create", "update", "list"], parameters: { metadata: [""] } }],
      [`${path}/secret-id-accessor/lookup`, UPDATE],
      [`${path}/secret-id-accessor/destroy`, UPDATE],
    ];
  }),
);

/** Whatever a login of the tenant has given. Vault wants `sudo` over leases by prefix. */
const TOKENS: VaultRights = Object.fromEntries(
  [names.VAULT_APPROLE_MOUNT, names.VAULT_KUBERNETES_MOUNT].map((mount) => [
    `+/sys/leases/revoke-prefix/auth/${mount}/login`,
    { capabilities: ["update", "sudo"] },
  ]),
);

/** The names of values, and neither a value nor what is told about one. */
const VALUES: VaultRights = { [`+/${names.VAULT_KV_MOUNT}/metadata/*`]: LIST };
