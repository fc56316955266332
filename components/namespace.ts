import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import { protectionOf } from "../model/lifecycle";
import { listedEgress } from "../model/listed-egress";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant, TenantNamespace } from "../model/tenant";
import { tenantObject, type ObjectMeta } from "./object-meta";

export interface NamespaceArgs {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
  readonly platform: Platform;
}

/**
 * The boundary everything else hangs on: one namespace, held to Pod Security from birth: `restricted`, or `baseline`
 * where the tenant's file opts out (R18, R32, R33, R39). Without it tenants would share names, RBAC scope and a Pod Security level.
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
      { parent: this, protect: protectionOf(tenant).namespaces, deleteBeforeReplace: true },
    );

    this.registerOutputs({ name: this.namespace.metadata.name });
  }
}

/**
 * What is written here is what admission rules read: a tenant can change none of it. A tenant that opted out of
 * `restricted` is still reported on at that level.
 */
function namespaceMeta(tenant: Tenant, namespace: TenantNamespace, platform: Platform): ObjectMeta {
  const common = tenantObject(tenant, namespace.name);
  return {
    ...common,
    labels: {
      ...common.labels,
      ...labels.podSecurityLabels(tenant.podSecurity, platform.cluster.podSecurityVersion, "restricted"),
      ...(tenant.podSecurity === "baseline" && { [labels.ALLOW_ROOT]: "true" }),
      [labels.POOL]: tenant.pool.name,
      ...(namespace.quota.loadBalancers > 0 && { [labels.LOAD_BALANCERS]: "true" }),
      ...(namespace.quota.nodePorts > 0 && { [labels.NODE_PORTS]: "true" }),
      ...(tenant.runtime !== undefined && {
        [labels.RUNTIME_CLASS]: names.runtimeClassName(tenant.runtime),
      }),
      ...(namespace.environment !== undefined && { [labels.ENVIRONMENT]: namespace.environment }),
    },
    annotations: {
      ...common.annotations,
      [labels.OWNERS]: tenant.owners.join(","),
      [labels.DISPLAY_NAME]: tenant.displayName,
      ...(tenant.network.hosts.length > 0 && { [labels.HOSTS]: tenant.network.hosts.join(",") }),
      ...(tenant.network.egress.length > 0 && { [labels.EGRESS]: listedEgress(tenant.network.egress) }),
      ...(tenant.network.podCidr !== undefined && addressPoolAnnotation(tenant, platform)),
    },
  };
}

/** Tells the CNI where the namespace's pods get their addresses from (R51). */
function addressPoolAnnotation({ name }: Tenant, { cluster }: Platform): Record<string, string> {
  const pool = names.clusterObjectName(name);
  return cluster.cni === "cilium"
    ? { "ipam.cilium.io/ip-pool": pool }
    : { "cni.projectcalico.org/ipv4pools": JSON.stringify([pool]) };
}
