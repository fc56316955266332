import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { BoundRole } from "../model/roles";
import { roleNames, type Subjects, type Tenant, type TenantNamespace } from "../model/tenant";
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
 * Who may do what in the tenant's own namespace, and nowhere else (R5, R8, R10): people by OIDC group through the
 * closed tenant roles, the reconciler through an enumerated one; the ServiceAccount `workload` holds no right in the
 * cluster, only the tenant's IAM role (R67). It comes after every guardrail, so that nobody
 * can act in a namespace that is not yet guarded (R36).
 */
export class Access extends pulumi.ComponentResource {
  readonly reconciler: kubernetes.core.v1.ServiceAccount;
  readonly workload: kubernetes.core.v1.ServiceAccount;
  readonly bindings: kubernetes.rbac.v1.RoleBinding[];

  constructor(name: string, args: AccessArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Access", name, {}, opts);
    const { tenant, namespace, platform, within } = args;
    const child = { parent: this, deletedWith: within, dependsOn: within, deleteBeforeReplace: true };
    const metadata = (object: string) => tenantObject(tenant, object, namespace.name);

    this.reconciler = new kubernetes.core.v1.ServiceAccount(
      `${name}-reconciler`,
      { metadata: metadata(names.RECONCILER), automountServiceAccountToken: false },
      child,
    );
    this.workload = new kubernetes.core.v1.ServiceAccount(
      `${name}-workload`,
      { metadata: workloadMeta(tenant, namespace, platform), automountServiceAccountToken: false },
      child,
    );
    this.bindings = Object.entries(boundSubjects(tenant, namespace)).map(
      ([role, subjects]) =>
        new kubernetes.rbac.v1.RoleBinding(
          `${name}-${role}`,
          {
            metadata: metadata(names.clusterRoleName(role)),
            roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: names.clusterRoleName(role) },
            subjects,
          },
          child,
        ),
    );

    this.registerOutputs();
  }
}

/** With EKS Pod Identity the association names the role, otherwise the ServiceAccount does. */
function workloadMeta(tenant: Tenant, namespace: TenantNamespace, { aws }: Platform): ObjectMeta {
  const metadata = tenantObject(tenant, names.WORKLOAD, namespace.name);
  return aws.workloadIdentity === "pod-identity" ? metadata : withRole(metadata, tenant, aws);
}

/** Subjects by role; a role that nobody holds gets no binding. */
function boundSubjects(tenant: Tenant, namespace: TenantNamespace): Partial<Record<BoundRole, Subject[]>> {
  const people = roleNames.map((role) => [role, personSubjects(tenant.access[role])] as const);
  return {
    ...Object.fromEntries(people.filter(([, subjects]) => subjects.length > 0)),
    reconciler: [{ kind: "ServiceAccount", name: names.RECONCILER, namespace: namespace.name }],
  };
}

function personSubjects(subjects: Subjects): Subject[] {
  return [
    ...subjects.groups.map((name) => ({ kind: "Group", apiGroup: RBAC, name })),
    ...subjects.users.map((name) => ({ kind: "User", apiGroup: RBAC, name })),
  ];
}
