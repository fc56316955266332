/** What a tenant consists of, by isolation plane: worked out from its file, never from what was declared. */

import { presenceOf } from "../model/lifecycle";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import { boundRoles, closedAccounts } from "../model/roles";
import type { Tenant, TenantNamespace } from "../model/tenant";
import { policiesOf, vaultLogin, vaultRoles } from "../model/vault";

/** Names as `physical-names.ts` spells them. */
export type Planes = Readonly<Record<string, readonly string[]>>;

export function planesOf(tenant: Tenant, platform: Platform): Planes {
  const data = {
    encryption: [`KMS key tagged for ${tenant.id}`, `KMS alias ${names.keyAlias(tenant.id)}`],
    secrets: dataOf(tenant),
  };
  return presenceOf(tenant).stands ? standingPlanes(tenant, platform, data) : data;
}

/** What the tenant would have if it ran, and has not in its state. */
export function excludedPlanes(tenant: Tenant, platform: Platform): Planes {
  const active: Tenant = { ...tenant, lifecycle: { ...tenant.lifecycle, state: "active" } };
  const here = new Set(Object.values(planesOf(tenant, platform)).flat());
  return Object.fromEntries(
    Object.entries(planesOf(active, platform)).map(([plane, parts]) => [
      plane,
      parts.filter((part) => !here.has(part)),
    ]),
  );
}

type Data = Readonly<Record<"encryption" | "secrets", readonly string[]>>;

function standingPlanes(tenant: Tenant, platform: Platform, data: Data): Planes {
  const { name, id, namespaces } = tenant;
  const { runs } = presenceOf(tenant);
  const { cluster } = platform;
  const each = (of: (namespace: TenantNamespace) => readonly string[]) => namespaces.flatMap(of);
  return {
    namespace: each((namespace) => [`Namespace ${namespace.name}`]),
    fairness: each(fairnessOf),
    network: [
      ...each((namespace) => networkOf(namespace, tenant, platform)),
      ...(cluster.adminNetworkPolicy === "none"
        ? []
        : [`${cluster.adminNetworkPolicy} ${names.clusterObjectName(name)}`]),
      ...(tenant.network.hosts.length > 0 && cluster.gateway.api === "gateway-api"
        ? [`ListenerSet ${cluster.gatewayNamespace}/${names.clusterObjectName(name)}`]
        : []),
      ...(tenant.network.podCidr === undefined
        ? []
        : [`${cluster.cni === "cilium" ? "CiliumPodIPPool" : "IPPool"} ${names.clusterObjectName(name)}`]),
    ],
    access: each((namespace) => accessOf(namespace, tenant)),
    encryption: data.encryption,
    storage: [`StorageClass ${names.storageClassName(name)}`],
    secrets: [
      ...data.secrets,
      ...(tenant.secrets.engine === "vault" ? (runs ? loginsOf(tenant) : []) : [ownSecretsPolicy(tenant)]),
      ...(runs && cluster.externalSecrets
        ? each((within) => [`SecretStore ${within.name}/${names.SECRET_STORE}`])
        : []),
    ],
    backup: [
      `IAM role ${names.backupRoleName(id)}`,
      `IAM role policy ${names.backupRoleName(id)}/backup-prefix`,
      ...["Secret", "BackupStorageLocation", "Schedule"].map(
        (kind) => `${kind} ${cluster.backupNamespace}/${names.backupName(name)}`,
      ),
    ],
    "workload identity": workloadIdentityOf(tenant, platform),
    nodes: nodesOf(tenant, platform),
  };
}

function fairnessOf({ name }: TenantNamespace): string[] {
  return [
    `ResourceQuota ${name}/tenant-quota`,
    `ResourceQuota ${name}/foreign-priority`,
    `LimitRange ${name}/tenant-limits`,
    `PodDisruptionBudget ${name}/tenant-default`,
  ];
}

function networkOf({ name }: TenantNamespace, { network }: Tenant, { cluster }: Platform): string[] {
  const policies = [
    "default-deny",
    "allow-same-namespace",
    "allow-dns",
    "allow-gateway",
    "allow-observability",
    ...(network.egress.length > 0 ? ["allow-egress"] : []),
  ];
  const byName = cluster.cni === "cilium" ? "CiliumNetworkPolicy" : "NetworkPolicy";
  return [
    ...policies.map((policy) => `NetworkPolicy ${name}/${policy}`),
    ...(network.names.length > 0 ? [`${byName} ${name}/allow-names`] : []),
  ];
}

function accessOf({ name }: TenantNamespace, tenant: Tenant): string[] {
  const { runs } = presenceOf(tenant);
  const bound = runs ? boundRoles : [];
  return [
    ...[names.WORKLOAD, ...(runs ? closedAccounts : [])].map(
      (account) => `ServiceAccount ${name}/${account}`,
    ),
    ...bound.map((role) => `RoleBinding ${name}/${names.clusterRoleName(role)}`),
    `RoleBinding ${name}/${names.OPERATOR_CLUSTER_ROLE}`,
  ];
}

/** Where the tenant's secrets lie: there as long as the tenant's file is. */
function dataOf({ id, secrets }: Tenant): string[] {
  const within = names.vaultNamespace(id);
  return secrets.engine === "vault"
    ? [`Vault namespace ${within}`, `Vault mount ${within}/${names.VAULT_KV_MOUNT}`]
    : secrets.names.map((secret) => `secret ${names.managedSecretName(id, secret)}`);
}

function loginsOf(tenant: Tenant): string[] {
  const within = names.vaultNamespace(tenant.id);
  return [
    `Vault auth mount ${within}/${names.VAULT_APPROLE_MOUNT}`,
    `Vault auth mount ${within}/${names.VAULT_KUBERNETES_MOUNT}`,
    `Vault login by ServiceAccount ${within}/${names.VAULT_KUBERNETES_MOUNT}`,
    ...Object.keys(policiesOf(tenant)).map((policy) => `Vault policy ${within}/${policy}`),
    ...Object.keys(vaultRoles).map((role) => `Vault AppRole ${within}/${names.VAULT_APPROLE_MOUNT}/${role}`),
    ...tenant.namespaces.map(
      (namespace) => `Vault login ${within}/${names.VAULT_KUBERNETES_MOUNT}/${vaultLogin(namespace).role}`,
    ),
  ];
}

function ownSecretsPolicy({ id }: Tenant): string {
  return `IAM role policy ${names.workloadRoleName(id)}/own-secrets`;
}

function workloadIdentityOf(tenant: Tenant, { aws, cluster }: Platform): string[] {
  const { id, namespaces } = tenant;
  const associated = aws.workloadIdentity === "pod-identity" ? namespaces : [];
  return [
    `IAM role ${names.workloadRoleName(id)}`,
    ...(presenceOf(tenant).runs
      ? []
      : [`IAM role policy ${names.workloadRoleName(id)}/${names.SHUT_POLICY}`]),
    ...associated.map(
      ({ name }) =>
        `EKS pod identity association ${aws.eksCluster ?? cluster.name}/${name}/${names.WORKLOAD}`,
    ),
  ];
}

function nodesOf({ name, pool }: Tenant, { nodes, aws, cluster }: Platform): string[] {
  if (!pool.own) {
    return [];
  }
  switch (nodes.engine) {
    case "karpenter":
      return [`NodePool ${names.clusterObjectName(name)}`];
    case "eks":
      return [`EKS node group ${aws.eksCluster ?? cluster.name}/${names.clusterObjectName(name)}`];
    case "existing":
      return [];
  }
}
