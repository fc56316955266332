import * as labels from "../model/labels";
import type { Tenant } from "../model/tenant";

/** Metadata of a Kubernetes object, in the form that both typed and custom resources take. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

/** Name, labels and annotations of a tenant's object; cluster-scoped without a namespace. */
export function tenantObject(tenant: Tenant, name: string, namespace?: string): ObjectMeta {
  return { name, namespace, labels: labels.tenantLabels(tenant), annotations: { ...labels.OURS_WINS } };
}

/** The same for an object of the platform. */
export function platformObject(name: string, more: Record<string, string> = {}): ObjectMeta {
  return { name, labels: { [labels.PLATFORM]: "tenantry", ...more }, annotations: { ...labels.OURS_WINS } };
}
