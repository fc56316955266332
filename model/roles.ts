/**
 * What each tenant role may do: the one template from which every ClusterRole is made (R7). The roles are
 * closed: they carry no aggregation label, so that no chart installed later can widen them, and they hold
 * nothing over the guardrails (quota, limits, RBAC, network policies, Pod Security), over tokens or identities,
 * and no proxy past the network policies. Proof compares the live roles with these rows.
 */

import * as names from "./names";
import type { RoleName } from "./tenant";

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ["get", "list", "watch"] as const;
const WRITE = ["create", "update", "patch", "delete", "deletecollection"] as const;
const READ_WRITE = [...READ, ...WRITE] as const;

/** What a tenant runs: every role reads it, admin, dev and the reconciler write it. */
const WORKLOADS: readonly Omit<Rule, "verbs">[] = [
  { apiGroups: [""], resources: ["pods", "services", "configmaps", "persistentvolumeclaims"] },
  { apiGroups: ["apps"], resources: ["deployments", "statefulsets", "daemonsets", "replicasets"] },
  { apiGroups: ["batch"], resources: ["jobs", "cronjobs"] },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"] },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"] },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"] },
  { apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes", "grpcroutes"] },
  { apiGroups: ["external-secrets.io"], resources: ["externalsecrets"] },
];

/** Scaling without the right to edit. */
const SCALES: readonly Omit<Rule, "verbs">[] = [
  { apiGroups: ["apps"], resources: ["deployments/scale", "statefulsets/scale", "replicasets/scale"] },
];

/** What the platform set and what runs: read by all three roles, written by none. */
const VISIBLE: readonly Omit<Rule, "verbs">[] = [
  { apiGroups: [""], resources: ["resourcequotas", "limitranges", "serviceaccounts", "endpoints", "events"] },
  { apiGroups: [""], resources: ["pods/log", "pods/status"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"] },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"] },
  { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"] },
  { apiGroups: ["external-secrets.io"], resources: ["secretstores"] },
];

/** A role bound in a namespace may read that namespace, by name and nothing else. */
const OWN_NAMESPACE: Rule = { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] };
/** People read Secrets of their namespace and do not create them (R64). */
const SECRETS: Rule = { apiGroups: [""], resources: ["secrets"], verbs: READ };
/** A shell in an own pod, and a port of it. */
const SESSIONS: Rule = {
  apiGroups: [""],
  resources: ["pods/exec", "pods/attach", "pods/portforward"],
  verbs: ["get", "create"],
};
const EVICTION: Rule = { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] };
/** Ways between a tenant's own pods; a guardrail refuses every other (R48). */
const NETWORK_POLICIES: Rule = {
  apiGroups: ["networking.k8s.io"],
  resources: ["networkpolicies"],
  verbs: WRITE,
};
/** The reconciler brings Secrets, and reads one by its name; a guardrail refuses those that hold tokens (R64). */
const DELIVERED_SECRETS: Rule = { apiGroups: [""], resources: ["secrets"], verbs: ["get", ...WRITE] };
/** Service accounts for workloads; never their tokens. */
const SERVICE_ACCOUNTS: Rule = { apiGroups: [""], resources: ["serviceaccounts"], verbs: WRITE };

function each(resources: readonly Omit<Rule, "verbs">[], verbs: readonly string[]): Rule[] {
  return resources.map((resource) => ({ ...resource, verbs }));
}

const view: readonly Rule[] = [
  OWN_NAMESPACE,
  ...each(WORKLOADS, READ),
  ...each(SCALES, ["get"]),
  ...each(VISIBLE, READ),
];

const dev: readonly Rule[] = [
  OWN_NAMESPACE,
  SECRETS,
  SESSIONS,
  ...each(WORKLOADS, READ_WRITE),
  ...each(SCALES, ["get", "update", "patch"]),
  ...each(VISIBLE, READ),
];

const admin: readonly Rule[] = [...dev, SERVICE_ACCOUNTS, NETWORK_POLICIES, EVICTION];

/**
 * The tenant's reconciler: an enumerated part of what an admin may do (R10, R82), and besides it writes Secrets, which
 * people do not. No pod may borrow its ServiceAccount: a guardrail refuses that.
 */
const reconciler: readonly Rule[] = [
  ...each(WORKLOADS, READ_WRITE),
  { apiGroups: [""], resources: ["serviceaccounts"], verbs: READ },
  SERVICE_ACCOUNTS,
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: READ },
  NETWORK_POLICIES,
  DELIVERED_SECRETS,
  { apiGroups: [""], resources: ["events"], verbs: READ },
];

export type BoundRole = RoleName | "reconciler";

export const roleRules: Readonly<Record<BoundRole, readonly Rule[]>> = { admin, dev, view, reconciler };
export const boundRoles = Object.keys(roleRules) as BoundRole[];

/**
 * ServiceAccounts of a tenant's namespace that act with rights of the platform's making: one for each role, and the
 * reader of the tenant's secrets (R10, R11, R62). No pod runs as one of them.
 */
export const closedAccounts: readonly string[] = [
  ...boundRoles.map(names.accessAccount),
  names.SECRET_READER,
];
