/** What a tenant consists of, by isolation plane: worked out from its file, never from what was declared. */

import * as names from "../model/names";
import type { Platform } from "../model/platform";
import { roleNames, type Tenant, type TenantNamespace } from "../model/tenant";
import { policiesOf, vaultLogin, vaultRoles } from "../model/vault";

/** Names as `physical-names.ts` spells them. */
export type Planes = Readonly<Record<string, readonly string[]>>;

export function planesOf(tenant: Tenant, platform: Platform): Planes {
  const { id, name, namespaces } = tenant;
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
    encryption: [`KMS key tagged for ${id}`, `KMS alias ${names.keyAlias(id)}`],
    storage: [`StorageClass ${names.storageClassName(name)}`],
    secrets: [
      ...(tenant.secrets.engine === "vault" ? vaultOf(tenant) : managedSecretsOf(tenant)),
      ...(cluster.externalSecrets
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

function accessOf({ name }: TenantNamespace, { access }: Tenant): string[] {
  const held = roleNames.filter((role) => access[role].groups.length + access[role].users.length > 0);
  return [
    ...[names.RECONCILER, names.WORKLOAD, names.SECRET_READER].map(
      (account) => `ServiceAccount ${name}/${account}`,
    ),
    ...[...held, "reconciler"].map((role) => `RoleBinding ${name}/${names.clusterRoleName(role)}`),
  ];
}

function vaultOf(tenant: Tenant): string[] {
  const within = names.vaultNamespace(tenant.id);
  return [
    `Vault namespace ${within}`,
    `Vault mount ${within}/${names.VAULT_KV_MOUNT}`,
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

function managedSecretsOf({ id, secrets }: Tenant): string[] {
  return [
    ...secrets.names.map((secret) => `secret ${names.managedSecretName(id, secret)}`),
    `IAM role policy ${names.workloadRoleName(id)}/own-secrets`,
  ];
}

function workloadIdentityOf({ id, namespaces }: Tenant, { aws, cluster }: Platform): string[] {
  const associated = aws.workloadIdentity === "pod-identity" ? namespaces : [];
  return [
    `IAM role ${names.workloadRoleName(id)}`,
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
