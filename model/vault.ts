/** What a login to a tenant's Vault namespace may do: policies, and the roles that carry each (R61, R62). */

import type { Platform } from "./platform";
import type { Tenant, TenantNamespace } from "./tenant";

type Capability = "create" | "read" | "update" | "patch" | "delete" | "list";
export type VaultRules = Readonly<Record<string, { readonly capabilities: readonly Capability[] }>>;

/** A token may look after itself; roles carry no `default` policy, which would add more. */
const OWN_TOKEN: VaultRules = {
  "auth/token/lookup-self": { capabilities: ["read"] },
  "auth/token/renew-self": { capabilities: ["update"] },
  "auth/token/revoke-self": { capabilities: ["update"] },
};

/** Policies by name. Nothing here reaches mounts, policies, roles or namespaces: those belong to the platform. */
export const vaultPolicies: Readonly<Record<"tenant-read" | "tenant-write", VaultRules>> = {
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

/** Audience of the ServiceAccount tokens that Vault takes where it reviews them itself: of no use anywhere else. */
export const VAULT_AUDIENCE = "vault";

/** How the ServiceAccount of one namespace logs in. */
export interface VaultLogin {
  /** Name of the Kubernetes auth role. */
  readonly role: string;
  readonly policy: string;
}

/** The login of a namespace's secret reader: one for the tenant, or one for each environment. */
export function vaultLogin({ environment }: TenantNamespace): VaultLogin {
  return environment === undefined
    ? { role: "external-secrets", policy: "tenant-read" }
    : { role: `external-secrets-${environment}`, policy: `tenant-read-${environment}` };
}

/** Every policy of a tenant. An environment's login reads the secrets below the environment's name, and no others. */
export function policiesOf(tenant: Tenant): Readonly<Record<string, VaultRules>> {
  const environments = tenant.namespaces.flatMap((namespace): [string, VaultRules][] =>
    namespace.environment === undefined
      ? []
      : [
          [
            vaultLogin(namespace).policy,
            {
              ...OWN_TOKEN,
              [`kv/data/${namespace.environment}/*`]: { capabilities: ["read"] },
              [`kv/metadata/${namespace.environment}/*`]: { capabilities: ["read", "list"] },
            },
          ],
        ],
  );
  return { ...vaultPolicies, ...Object.fromEntries(environments) };
}

/**
 * Who tells Vault whether a ServiceAccount token is good: the API server, asked by Vault's own ServiceAccount where
 * Vault runs in the cluster, otherwise by the very token that logs in.
 */
export function tokenReview({ vault: { inCluster }, apiServer }: Pick<Platform, "vault" | "apiServer">) {
  return inCluster
    ? { kubernetesHost: "https://kubernetes.default.svc" }
    : {
        kubernetesHost: apiServer?.url ?? "",
        kubernetesCaCert: apiServer?.certificate ?? "",
        disableLocalCaJwt: true,
      };
}
