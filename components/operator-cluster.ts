import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { operatorGuard } from "../guardrails/operator";
import * as names from "../model/names";
import { operatorRights, operatorSubjects, operatorSystemRights, operatorView } from "../model/operator";
import type { GuardedPlatform } from "../model/provisioner";
import { validatingPolicy } from "./admission";
import { platformObject } from "./object-meta";
import { policyRule } from "./policy-rule";

const { core, rbac } = kubernetes;
const RBAC = "rbac.authorization.k8s.io";

export interface OperatorClusterArgs {
  readonly platform: GuardedPlatform;
  /** Where the identity lives. */
  readonly home: kubernetes.core.v1.Namespace;
  /** The namespace of Velero. */
  readonly backup: kubernetes.core.v1.Namespace;
}

/**
 * Who works on tenants' credentials and workloads between runs, and what guards it (R1-R4). Without it the provisioner
 * would have to mint credentials, or an administrator be called for each. Its rights in a tenant's namespace are bound
 * there, by the tenant's list.
 */
export class OperatorCluster extends pulumi.ComponentResource {
  constructor(name: string, args: OperatorClusterArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:OperatorCluster", name, {}, opts);
    const { platform, home, backup } = args;
    const { cluster } = platform;

    // Nobody holds a right before it is guarded.
    const child = { parent: this, deleteBeforeReplace: true };
    const guard = validatingPolicy(`${name}-guard`, operatorGuard(platform), child);
    const account = new core.v1.ServiceAccount(
      `${name}-account`,
      {
        metadata: { ...platformObject(names.OPERATOR), namespace: cluster.provisionerNamespace },
        automountServiceAccountToken: false,
      },
      { ...child, deletedWith: home, dependsOn: home },
    );
    const subjects = operatorSubjects(platform);
    new rbac.v1.ClusterRole(
      `${name}-role`,
      { metadata: platformObject(names.OPERATOR_CLUSTER_ROLE), rules: operatorRights().map(policyRule) },
      { ...child, dependsOn: guard },
    );
    const view = platformObject(names.OPERATOR_VIEW_ROLE);
    const viewRole = new rbac.v1.ClusterRole(
      `${name}-view`,
      { metadata: view, rules: operatorView().map(policyRule) },
      child,
    );
    new rbac.v1.ClusterRoleBinding(
      `${name}-view-binding`,
      { metadata: view, roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: view.name }, subjects },
      { ...child, dependsOn: [guard, account, viewRole] },
    );
    const within = { [cluster.provisionerNamespace]: home, [cluster.backupNamespace]: backup };
    for (const [namespace, rights] of Object.entries(operatorSystemRights(platform))) {
      const metadata = { ...platformObject(names.OPERATOR_CLUSTER_ROLE), namespace };
      const inside = { ...child, deletedWith: within[namespace] };
      const role = new rbac.v1.Role(
        `${name}-${namespace}-role`,
        { metadata, rules: rights.map(policyRule) },
        { ...inside, dependsOn: within[namespace] },
      );
      new rbac.v1.RoleBinding(
        `${name}-${namespace}-role-binding`,
        { metadata, roleRef: { apiGroup: RBAC, kind: "Role", name: metadata.name }, subjects },
        { ...inside, dependsOn: [guard, account, role] },
      );
    }

    this.registerOutputs();
  }
}
