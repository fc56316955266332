/** What a login to a tenant's Vault namespace may do: policies, and the AppRole that carries each (R61). */

type Capability = "create" | "read" | "update" | "patch" | "delete" | "list";
type Rules = Readonly<Record<string, { readonly capabilities: readonly Capability[] }>>;

/** A token may look after itself; roles carry no `default` policy, which would add more. */
const OWN_TOKEN: Rules = {
  "auth/token/lookup-self": { capabilities: ["read"] },
  "auth/token/renew-self": { capabilities: ["update"] },
  "auth/token/revoke-self": { capabilities: ["update"] },
};

/** Policies by name. Nothing here reaches mounts, policies, roles or namespaces: those belong to the platform. */
export const vaultPolicies: Readonly<Record<"tenant-read" | "tenant-write", Rules>> = {
  "tenant-read": {
    ...OWN_TOKEN,
    "kv/data/*": { capabilities: ["read"] },
    "kv/metadata/*": { capabilities: ["read", "list"] },
  },
  "tenant-write": {
    ...OWN_TOKEN,
    "kv/data/*": { capabilities: ["create", "read", "update", "patch", "delete"] },
    "kv/metadata/*": { capabilities: ["read", "list"] },
    "kv/delete/*": { capabilities: ["update"] },
    "kv/undelete/*": { capabilities: ["update"] },
  },
};

/** AppRoles by name, and the policy of each. */
export const vaultRoles = { reader: "tenant-read", writer: "tenant-write" } as const;
export type VaultRole = keyof typeof vaultRoles;
