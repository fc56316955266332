import * as labels from "../model/labels";
import * as names from "../model/names";
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

/** The same for a ServiceAccount that takes on the tenant's IAM role by web identity (R67). */
export function withRole(metadata: ObjectMeta, tenant: Tenant, aws: names.AwsScope): ObjectMeta {
  const role = names.roleArn(aws, names.workloadRoleName(tenant.id));
  return { ...metadata, annotations: { ...metadata.annotations, [names.ROLE_ARN_ANNOTATION]: role } };
}

/** The same for an object of the platform. */
export function platformObject(name: string, more: Record<string, string> = {}): ObjectMeta {
  return { name, labels: { [labels.PLATFORM]: "tenantry", ...more }, annotations: { ...labels.OURS_WINS } };
}
