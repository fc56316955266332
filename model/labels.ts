/** Every label, annotation and tag key that Tenantry writes. Nothing else in the code spells one out. */

import type { Tenant } from "./tenant";

/** Bears the tenant's UUID on every Kubernetes object and AWS resource (R13). */
export const TENANT = "tenant";
/** The tenant's name, for people: `kubectl get ns -l tenantry.dev/name=acme`. */
export const NAME = "tenantry.dev/name";
/** The tier whose row of `tiers.ts` gave the defaults (R33). */
export const TIER = "tenantry.dev/tier";
/** The tenant list, which is also the stack, that owns the object. */
export const LIST = "tenantry.dev/list";
/** The environment of a namespace, where the tenant declares environments (R33). */
export const ENVIRONMENT = "tenantry.dev/environment";
/** The node pool that the namespace's pods are pinned to, read by the placement policy (R41). */
export const POOL = "tenantry.dev/pool";
/** The RuntimeClass of the namespace's pods, where the tenant asks for one (R42). */
export const RUNTIME_CLASS = "tenantry.dev/runtime-class";
/** Records on the namespace that the tenant opted out of `restricted` (R39). */
export const ALLOW_ROOT = "tenantry.dev/allow-root";
/** Says on the namespace that the tenant's quota has room for Services of type LoadBalancer (R24). */
export const LOAD_BALANCERS = "tenantry.dev/load-balancers";
/** Says on the namespace that the tenant's quota has room for ports on nodes (R24). */
export const NODE_PORTS = "tenantry.dev/node-ports";
/** The networks that the tenant's pods may reach, as an annotation, spelt by `listed-egress.ts` (R45, R48). */
export const EGRESS = "tenantry.dev/egress";
/** The host names that lead to the tenant, as an annotation, comma-separated (R50). */
export const HOSTS = "tenantry.dev/hosts";
/** Which PodDisruptionBudget a pod is under: the namespace's `default`, or one of the tenant's own (R38). */
export const DISRUPTION_BUDGET = "tenantry.dev/disruption-budget";
/** Label, and key of the taint, that says which tier's pods a node takes (R41). */
export const NODE_TIER = "tenant-tier";
/** The part of the platform an object belongs to; only objects of the platform stack bear it. */
export const PLATFORM = "tenantry.dev/platform";
/** Who answers for the tenant, as an annotation: e-mail addresses are no legal label values (R33). */
export const OWNERS = "tenantry.dev/owners";
/** The display name, as an annotation: it may hold any character. */
export const DISPLAY_NAME = "tenantry.dev/display-name";
/** What a stopped workload was before its tenant was suspended, as an annotation: `3` replicas, `false` for not stopped (R89). */
export const BEFORE_SUSPENSION = "tenantry.dev/before-suspension";
/** Why a break-glass grant was given and who agreed to it, as annotations on its RoleBinding (R91). */
export const GRANT_REASON = "tenantry.dev/grant-reason";
export const GRANT_APPROVER = "tenantry.dev/grant-approver";
/** Vault keys of a namespace's custom metadata cannot hold a slash, so that Vault has keys of its own. */
export const VAULT_OWNER = "tenantry-list";
export const VAULT_TENANT = "tenantry-tenant";

/** On an Event: place and hash of the audit log's entry that it announces (R94). */
export const AUDIT_SEQUENCE = "tenantry.dev/audit-sequence";
export const AUDIT_HASH = "tenantry.dev/audit-hash";

/**
 * Tells the provider to take a field back from whoever changed it by hand. Without it, server-side apply reports a
 * conflict and the loosened guardrail stays (R92).
 */
export const OURS_WINS = { "pulumi.com/patchForce": "true" } as const;

export type PodSecurityLevel = "restricted" | "baseline";
const POD_SECURITY_MODES = ["enforce", "audit", "warn"] as const;

/** Labels of every Kubernetes object of a tenant (R13, R33). */
export function tenantLabels(tenant: Tenant): Record<string, string> {
  return { [TENANT]: tenant.id, [NAME]: tenant.name, [TIER]: tenant.tier, [LIST]: tenant.list };
}

/** Tags of every AWS resource of a tenant: the same keys and values as the labels. */
export const tenantTags = tenantLabels;

/**
 * Pod Security labels, pinned to one version of the standard (R18).
 *
 * @param enforced the level below which no pod is admitted.
 * @param reported the level that is warned of and written to the audit log; default: the same.
 */
export function podSecurityLabels(
  enforced: PodSecurityLevel,
  version: string,
  reported = enforced,
): Record<string, string> {
  return Object.fromEntries(
    POD_SECURITY_MODES.flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, mode === "enforce" ? enforced : reported],
      [`pod-security.kubernetes.io/${mode}-version`, version],
    ]),
  );
}
