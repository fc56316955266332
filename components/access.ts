import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { presenceOf } from "../model/lifecycle";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import { boundRoles, type BoundRole } from "../model/roles";
import type { Subjects, Tenant, TenantNamespace } from "../model/tenant";
import { tenantObject, withRole, type ObjectMeta } from "./object-meta";

const RBAC = "rbac.authorization.k8s.io";
type Subject = kubernetes.types.input.rbac.v1.Subject;

export interface AccessArgs {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
  readonly platform: Platform;
  readonly within: kubernetes.core.v1.Namespace;
}

/**
 * Who may do what in the tenant's own namespace, and nowhere else (R5, R8, R10, R11): people by OIDC group through the
 * closed tenant roles, machines through a ServiceAccount of each role, the reconciler's among them; the ServiceAccount
 * `workload` holds no right in the cluster, only the tenant's IAM role (R67). It comes after every guardrail, so that
 * nobody can act in a namespace that is not yet guarded (R36). While the tenant does not run, nobody holds a role.
 */
export class Access extends pulumi.ComponentResource {
  readonly workload: kubernetes.core.v1.ServiceAccount;
  readonly bindings: kubernetes.rbac.v1.RoleBinding[];

  constructor(name: string, args: AccessArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Access", name, {}, opts);
    const { tenant, namespace, platform, within } = args;
    const child = { parent: this, deletedWith: within, dependsOn: within, deleteBeforeReplace: true };
    const metadata = (object: string) => tenantObject(tenant, object, namespace.name);

    this.workload = new kubernetes.core.v1.ServiceAccount(
      `${name}-workload`,
      { metadata: workloadMeta(tenant, namespace, platform), automountServiceAccountToken: false },
      child,
    );
    this.bindings = (presenceOf(tenant).runs ? boundRoles : []).map((role) => {
      const account = new kubernetes.core.v1.ServiceAccount(
        `${name}-${role}`,
        { metadata: metadata(names.accessAccount(role)), automountServiceAccountToken: false },
        child,
      );
      return new kubernetes.rbac.v1.RoleBinding(
        `${name}-${role}`,
        {
          metadata: metadata(names.clusterRoleName(role)),
          roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: names.clusterRoleName(role) },
          subjects: subjectsOf(role, tenant, namespace),
        },
        { ...child, dependsOn: [within, account] },
      );
    });

    this.registerOutputs();
  }
}

/** With EKS Pod Identity the association names the role, otherwise the ServiceAccount does. */
function workloadMeta(tenant: Tenant, namespace: TenantNamespace, { aws }: Platform): ObjectMeta {
  const metadata = tenantObject(tenant, names.WORKLOAD, namespace.name);
  return aws.workloadIdentity === "pod-identity" ? metadata : withRole(metadata, tenant, aws);
}

/** The role's own account, and the people whom the tenant's file gives the role. */
function subjectsOf(role: BoundRole, { access }: Tenant, namespace: TenantNamespace): Subject[] {
  const { groups, users } = role === "reconciler" ? NOBODY : access[role];
  return [
    ...groups.map((name) => ({ kind: "Group", apiGroup: RBAC, name })),
    ...users.map((name) => ({ kind: "User", apiGroup: RBAC, name })),
    { kind: "ServiceAccount", name: names.accessAccount(role), namespace: namespace.name },
  ];
}

/** No person reconciles. */
const NOBODY: Subjects = { groups: [], users: [] };
