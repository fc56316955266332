import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import type { Platform } from "../model/platform";
import type { Tenant, TenantNamespace } from "../model/tenant";
import { tenantObject, type ObjectMeta } from "./object-meta";

export interface NamespaceArgs {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
  readonly platform: Platform;
}

/**
 * The boundary everything else hangs on: one namespace, held to Pod Security `restricted` from birth (R18, R32,
 * R33). Without it tenants would share names, RBAC scope and a Pod Security level.
 */
export class Namespace extends pulumi.ComponentResource {
  readonly namespace: kubernetes.core.v1.Namespace;

  constructor(name: string, args: NamespaceArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Namespace", name, {}, opts);
    const { tenant, namespace, platform } = args;

    this.namespace = new kubernetes.core.v1.Namespace(
      name,
      {
        metadata: namespaceMeta(tenant, namespace, platform),
      },
      { parent: this, protect: tenant.deletionProtection, deleteBeforeReplace: true },
    );

    this.registerOutputs({ name: this.namespace.metadata.name });
  }
}

function namespaceMeta(tenant: Tenant, namespace: TenantNamespace, platform: Platform): ObjectMeta {
  const common = tenantObject(tenant, namespace.name);
  return {
    ...common,
    labels: {
      ...common.labels,
      ...labels.podSecurityLabels("restricted", platform.cluster.podSecurityVersion),
      ...(namespace.environment === undefined ? {} : { [labels.ENVIRONMENT]: namespace.environment }),
    },
    annotations: {
      ...common.annotations,
      [labels.OWNERS]: tenant.owners.join(","),
      [labels.DISPLAY_NAME]: tenant.displayName,
    },
  };
}
