/** The namespaces that objects are judged in, with what stands on them. */

import * as labels from "../model/labels";
import { listedEgress } from "../model/listed-egress";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant, TenantNamespace } from "../model/tenant";
import type { Properties } from "./declared";
import type { Setting } from "./project";

/** Namespaces that the program declared so far: everything inside one depends on it and so comes later. */
const seen = new WeakMap<Setting, Map<string, Properties>>();

export function remember(setting: Setting, name: string, namespace: Properties): void {
  const known = seen.get(setting) ?? new Map<string, Properties>();
  seen.set(setting, known.set(name, namespace));
}

/**
 * A namespace as the API server would hand it to its policies: as declared, or as the file of its tenant means it, or
 * one that nobody wrote anything on.
 */
export function namespaceNamed(name: string, setting: Setting): Properties {
  const declared = seen.get(setting)?.get(name);
  const holder = setting.holderOf(name);
  const metadata =
    declared?.["metadata"] ?? (holder && marksOf(holder.tenant, holder.namespace, setting.platform)) ?? {};
  const { labels: own, ...rest } = metadata as { labels?: Properties };
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { ...rest, name, labels: { ...own, "kubernetes.io/metadata.name": name } },
  };
}

/** What the platform writes on a tenant's namespace. */
function marksOf(tenant: Tenant, { environment, quota }: TenantNamespace, { cluster }: Platform) {
  const { egress, hosts } = tenant.network;
  return {
    labels: {
      ...labels.tenantLabels(tenant),
      ...labels.podSecurityLabels(tenant.podSecurity, cluster.podSecurityVersion, "restricted"),
      [labels.POOL]: tenant.pool.name,
      ...(tenant.podSecurity === "baseline" && { [labels.ALLOW_ROOT]: "true" }),
      ...(quota.loadBalancers > 0 && { [labels.LOAD_BALANCERS]: "true" }),
      ...(quota.nodePorts > 0 && { [labels.NODE_PORTS]: "true" }),
      ...(tenant.runtime && { [labels.RUNTIME_CLASS]: names.runtimeClassName(tenant.runtime) }),
      ...(environment !== undefined && { [labels.ENVIRONMENT]: environment }),
    },
    annotations: {
      ...(hosts.length > 0 && { [labels.HOSTS]: hosts.join(",") }),
      ...(egress.length > 0 && { [labels.EGRESS]: listedEgress(egress) }),
    },
  };
}
