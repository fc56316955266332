import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import { operatorSubjects } from "../model/operator";
import type { Platform } from "../model/platform";
import type { Tenant, TenantNamespace } from "../model/tenant";
import { tenantObject } from "./object-meta";

export interface OperatorAccessArgs {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
  readonly platform: Platform;
  readonly within: kubernetes.core.v1.Namespace;
}

/**
 * Lets the operator into one namespace of the tenant, whatever the tenant's state is (R1, R4). Without it nobody but an
 * administrator could mint the tenant's tokens, or stop what it runs; in other namespaces the operator has no rights.
 */
export class OperatorAccess extends pulumi.ComponentResource {
  constructor(name: string, args: OperatorAccessArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:OperatorAccess", name, {}, opts);
    const { tenant, namespace, platform, within } = args;
    const roleName = names.OPERATOR_CLUSTER_ROLE;

    new kubernetes.rbac.v1.RoleBinding(
      `${name}-operator`,
      {
        metadata: tenantObject(tenant, roleName, namespace.name),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: roleName },
        subjects: operatorSubjects(platform),
      },
      { parent: this, deletedWith: within, dependsOn: within, deleteBeforeReplace: true },
    );

    this.registerOutputs();
  }
}
