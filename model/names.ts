/**
 * Every name that Tenantry derives. Each function is deterministic and injective: two tenants never share a
 * result, because a tenant's name cannot hold the separator `--` and ids are unique UUIDs. What would be too
 * long for one of the systems is refused by the reader (`MAX_NAME_LENGTH`), never cut or hashed.
 *
 * People read names made of the tenant's name (Kubernetes); data outlives a tenant and its name may be given
 * away again, so that keys, prefixes, roles and Vault namespaces are made of the tenant's UUID.
 */

const NAMESPACE_PREFIX = "tenant-";
/** Between the parts of a name that has several; never inside a part. */
export const SEPARATOR = "--";
const DNS_LABEL_MAX = 63;

/** The longest legal environment name. */
export const MAX_ENVIRONMENT_LENGTH = 12;
/** The longest legal tenant name: its longest derived name must still be a DNS label of 63 characters. */
export const MAX_NAME_LENGTH =
  DNS_LABEL_MAX - NAMESPACE_PREFIX.length - SEPARATOR.length - MAX_ENVIRONMENT_LENGTH;

/** The tenant's namespace (R32): `tenant-acme`, or `tenant-acme--prod` for one of its environments. */
export function namespaceName(tenant: string, environment?: string): string {
  return NAMESPACE_PREFIX + (environment === undefined ? tenant : tenant + SEPARATOR + environment);
}

/** The tenant's StorageClass (R55), also its Velero location and schedule: names in scopes of their own. */
export function storageClassName(tenant: string): string {
  return NAMESPACE_PREFIX + tenant;
}

/** The BackupStorageLocation and Schedule of a tenant in Velero's namespace (R70). */
export function backupName(tenant: string): string {
  return NAMESPACE_PREFIX + tenant;
}

/** The Backup that is taken of a tenant when it leaves, on a day written as 2026-11-23 (R90). */
export function finalBackupName(tenant: string, day: string): string {
  return `${backupName(tenant)}-final-${day}`;
}

/** The PriorityClass of every tenant of a tier (R37). */
export function priorityClassName(tier: string): string {
  return NAMESPACE_PREFIX + tier;
}

/** The ClusterRole behind a tenant role (R7); bound only inside tenants' namespaces. */
export function clusterRoleName(role: string): string {
  return NAMESPACE_PREFIX + role;
}

/**
 * The ServiceAccount that holds a tenant role in one namespace (R10, R11): only the operator has its tokens made. Called
 * as the role is, so that a binding can be judged by itself.
 */
export const accessAccount = clusterRoleName;

/** The ServiceAccount that reconciles a tenant's workloads (R10). */
export const RECONCILER = accessAccount("reconciler");

/** The quota over everything that a tenant may create in a namespace (R34). */
export const TENANT_QUOTA = "tenant-quota";

/** The ServiceAccount with which External Secrets reads the tenant's secrets (R62). */
export const SECRET_READER = "external-secrets";
/** The ServiceAccount whose pods take on the tenant's IAM role (R67). */
export const WORKLOAD = "workload";
/** The annotation by which EKS gives a ServiceAccount its IAM role. */
export const ROLE_ARN_ANNOTATION = "eks.amazonaws.com/role-arn";
/** The SecretStore of a namespace (R62). */
export const SECRET_STORE = "tenant-secrets";

/** What one tenant has in the scope of the cluster or of a system namespace: node pool, address pool, listeners, admin policy. */
export function clusterObjectName(tenant: string): string {
  return NAMESPACE_PREFIX + tenant;
}

/** The tenant gateway (R50). */
export const GATEWAY = "tenant-gateway";

/**
 * The node pool that tenants of a tier share, and the class of a tier's nodes (R40). The plural keeps it apart from
 * `clusterObjectName`: a tenant called `sensitive` may have a pool of its own.
 */
export function sharedNodesName(tier: string): string {
  return `tenants-${tier}`;
}

/** The EC2 launch template of a class of nodes: an account may hold several clusters. */
export function launchTemplateName(cluster: string, tier: string): string {
  return `${cluster}-${sharedNodesName(tier)}`;
}

/** The RuntimeClass of a sandboxed runtime (R42). */
export function runtimeClassName(runtime: string): string {
  return NAMESPACE_PREFIX + runtime;
}

/** The platform's identities for tenant lists: a ServiceAccount, and a group for those who log in otherwise (R1). */
export const PROVISIONER = "provisioner";
export const PROVISIONERS_GROUP = "tenantry:provisioners";
/** The provisioner's ClusterRole, and its Roles in namespaces of the platform. */
export const PROVISIONER_CLUSTER_ROLE = "tenantry-provisioner";
/**
 * Who works on tenants' credentials, workloads and data between runs: a ServiceAccount, and a group (R1, R4). The
 * ClusterRole is bound in tenants' namespaces alone; what the operator needs elsewhere is a role of its own.
 */
export const OPERATOR = "operator";
export const OPERATORS_GROUP = "tenantry:operators";
export const OPERATOR_CLUSTER_ROLE = "tenantry-operator";
/** The ClusterRole of what the operator reads in the whole cluster: what there is, and of GitOps where it points. */
export const OPERATOR_VIEW_ROLE = "tenantry-operator-view";
/** The IAM role of the operator. */
export const OPERATOR_ROLE = "tenantry-operator";
/** The operator's policy in Vault; it logs in by the provisioner's mount, with a role of its own. */
export const OPERATOR_VAULT_POLICY = "tenantry-operator";
/** The ClusterRole that lets ServiceAccounts have tokens reviewed, for a Vault outside the cluster (R62). */
export const TOKEN_REVIEW_ROLE = "tenantry-token-review";
/** The IAM role of the provisioner, and the boundary of every role that it makes. */
export const PROVISIONER_ROLE = "tenantry-provisioner";
export const TENANT_BOUNDARY = "tenantry-tenant-boundary";
/** The Vault auth mount and policy of the provisioner, in the platform's own Vault namespace. */
export const PROVISIONER_VAULT_MOUNT = "tenantry";
export const PROVISIONER_VAULT_POLICY = "tenantry-provisioner";

/** The alias of the tenant's KMS key (R57, R66). */
export function keyAlias(id: string): string {
  return `alias/tenantry/${id}`;
}

/** The tenant's Vault namespace (R60), relative to the namespace of the provider. */
export function vaultNamespace(id: string): string {
  return id;
}

/** The KV v2 mount inside every tenant's Vault namespace. */
export const VAULT_KV_MOUNT = "kv";
/** The AppRole mount inside every tenant's Vault namespace. */
export const VAULT_APPROLE_MOUNT = "approle";
/** The Kubernetes auth mount inside every tenant's Vault namespace. */
export const VAULT_KUBERNETES_MOUNT = "kubernetes";

/** The tenant's prefix in the backup bucket, without the closing slash, as Velero wants it (R68). */
export function backupPrefix(id: string): string {
  return `tenants/${id}`;
}

/** The IAM role that alone may use the tenant's backup prefix (R70). */
export function backupRoleName(id: string): string {
  return `tenantry-${id}-backup`;
}

/** The IAM role that the tenant's own pods take on (R67). */
export function workloadRoleName(id: string): string {
  return `tenantry-${id}-workload`;
}

/** The inline policy that shuts the workloads' role of a tenant that does not run. */
export const SHUT_POLICY = "shut";

/** The name in AWS Secrets Manager of one of the tenant's secrets (R63). */
export function managedSecretName(id: string, secret: string): string {
  return `tenantry/${id}/${secret}`;
}

export interface AwsScope {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** ARN of an IAM role without a path. */
export function roleArn(aws: AwsScope, role: string): string {
  return `arn:${aws.partition}:iam::${aws.accountId}:role/${role}`;
}

/** ARN of a managed policy without a path. */
export function policyArn(aws: AwsScope, policy: string): string {
  return `arn:${aws.partition}:iam::${aws.accountId}:policy/${policy}`;
}

/** Pattern of the ARNs of secrets whose name begins so: Secrets Manager puts six characters after each name. */
export function secretArns(aws: AwsScope, name: string): string {
  return `arn:${aws.partition}:secretsmanager:${aws.region}:${aws.accountId}:secret:${name}`;
}

/** ARN of a KMS alias: known before the key exists, so that policy and proof can judge it at preview. */
export function aliasArn(aws: AwsScope, alias: string): string {
  return `arn:${aws.partition}:kms:${aws.region}:${aws.accountId}:${alias}`;
}

/** ARN of a bucket. */
export function bucketArn(aws: AwsScope, bucket: string): string {
  return `arn:${aws.partition}:s3:::${bucket}`;
}

/** ARN of the account's OIDC provider for an issuer URL. */
export function oidcProviderArn(aws: AwsScope, issuer: string): string {
  return `arn:${aws.partition}:iam::${aws.accountId}:oidc-provider/${oidcProviderName(issuer)}`;
}

/** The issuer as IAM writes it in condition keys: without the scheme. */
export function oidcProviderName(issuer: string): string {
  return issuer.replace(/^https:\/\//, "");
}
