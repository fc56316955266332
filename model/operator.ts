/**
 * What the operator may do in Kubernetes: mint and end tenants' tokens, stop their workloads and take away what holds a
 * namespace back (R1, R4). The rights in tenants' namespaces come by a RoleBinding in each, so that RBAC confines them;
 * the guard of `guardrails/operator.ts` keeps them to what RBAC cannot tell: names of new objects, and contents. No right
 * reads a Secret, opens a shell, or changes a guardrail or a role.
 */

import * as names from "./names";
import type { PlatformSpec } from "./platform";
import type { Kind, ProvisionerRight } from "./provisioner";
import { roleRules } from "./roles";

const RBAC = "rbac.authorization.k8s.io";

/** The ClusterRole of a break-glass grant, and the beginning of the names of the grant's account and binding (R91). */
export const PENTEST_ROLE = names.clusterRoleName("pentest");

/** Accounts whose tokens the operator mints; those of a grant come besides. */
export const mintedAccounts: readonly string[] = [
  ...Object.keys(roleRules).map(names.accessAccount),
  names.WORKLOAD,
];

/** Accounts that the operator deletes and makes anew, so that every token of theirs dies. */
export const renewedAccounts: readonly string[] = Object.keys(roleRules).map(names.accessAccount);

const SECRETS = "secrets";

/** Kinds that tenants write, besides Secrets: what can run, and what can hold a namespace back by a finalizer. */
export function heldKinds(): Kind[] {
  const rules = [...roleRules.admin, ...roleRules.reconciler].filter(({ verbs }) => verbs.includes("create"));
  const kinds = rules.flatMap(({ apiGroups, resources }) =>
    apiGroups.flatMap((group) =>
      resources
        .filter((resource) => !resource.includes("/") && resource !== SECRETS)
        .map((resource) => [`${resource}.${group}`, { group, resource }] as const),
    ),
  );
  return [...new Map(kinds).values()];
}

/** Rights in each tenant's namespaces. */
export function operatorRights(): ProvisionerRight[] {
  return [
    ...heldKinds().map(({ group, resource }) => ({
      apiGroups: [group],
      resources: [resource],
      verbs: ["get", "list", "patch", "delete"],
    })),
    { apiGroups: [""], resources: ["pods"], verbs: ["deletecollection"] },
    { apiGroups: [""], resources: ["events"], verbs: ["list"] },
    { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["create"] },
    // A grant's account is named when it is made: the guard knows the names, RBAC cannot.
    { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
    {
      apiGroups: ["apps"],
      resources: ["deployments/scale", "statefulsets/scale", "replicasets/scale"],
      verbs: ["get", "update", "patch"],
    },
    { apiGroups: [RBAC], resources: ["rolebindings"], verbs: ["get", "list", "create", "delete"] },
    { apiGroups: [RBAC], resources: ["clusterroles"], verbs: ["bind"], resourceNames: [PENTEST_ROLE] },
  ];
}

/** What the operator reads in the whole cluster: that things exist, and of GitOps where it points. */
export function operatorView(): ProvisionerRight[] {
  return [
    // A namespace says in its status what holds it back, whatever the kind.
    { apiGroups: [""], resources: ["namespaces"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["nodes", "persistentvolumes"], verbs: ["list"] },
    { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: ["list"] },
    { apiGroups: ["apiregistration.k8s.io"], resources: ["apiservices"], verbs: ["list"] },
    // What still names a tenant that leaves, or would bring its namespaces back from outside.
    { apiGroups: ["argoproj.io"], resources: ["applications", "appprojects"], verbs: ["list"] },
    { apiGroups: ["kustomize.toolkit.fluxcd.io"], resources: ["kustomizations"], verbs: ["list"] },
    { apiGroups: ["helm.toolkit.fluxcd.io"], resources: ["helmreleases"], verbs: ["list"] },
  ];
}

/** Rights in namespaces of the platform, by the namespace's name. */
export function operatorSystemRights({
  cluster,
}: PlatformSpec): Readonly<Record<string, readonly ProvisionerRight[]>> {
  return {
    [cluster.provisionerNamespace]: [
      { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "list"] },
    ],
    [cluster.backupNamespace]: [
      { apiGroups: ["velero.io"], resources: ["backups"], verbs: ["create", "get", "list"] },
    ],
  };
}

/** The account of pipelines, and the group of whoever logs in otherwise. */
export function operatorSubjects({ cluster }: Pick<PlatformSpec, "cluster">) {
  return [
    { kind: "ServiceAccount", name: names.OPERATOR, namespace: cluster.provisionerNamespace },
    { kind: "Group", apiGroup: RBAC, name: names.OPERATORS_GROUP },
  ];
}
