import { readPlatformOutput, type Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { tier, type TierName } from "../../model/tiers";

/** A cluster with nothing but Kubernetes itself: what needs more has a platform of its own in its test. */
export const platform = readPlatformOutput({
  clusterUid: "0b0f3b1e-6a52-4a3e-9d52-0d6c3a1f8f10",
  cluster: {
    name: "test",
    reservedCidrs: ["10.0.0.0/8"],
    serviceAccountIssuer: "https://oidc.test.example",
  },
  aws: {
    accountId: "123456789012",
    region: "eu-central-1",
    backupBucket: "test-backups",
    ebsCsiRole: "ebs-csi",
  },
});

/** The cluster with everything, and what a test changes of it. */
export function equipped(
  cluster: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Platform {
  return readPlatformOutput({
    ...platform,
    cluster: {
      ...platform.cluster,
      cni: "cilium",
      adminNetworkPolicy: "ClusterNetworkPolicy",
      tenantPodCidrs: ["10.128.0.0/12"],
      gateway: { api: "gateway-api" },
      externalSecrets: true,
      ...cluster,
    },
    vaultAddress: "https://vault.example:8200",
    ...more,
  });
}

/** A tenant of a tier with every plane in use, and one of the people in each role. */
export function tenantOf(tierName: TierName, changes: Partial<Tenant> = {}): Tenant {
  const row = tier(tierName);
  const nobody = { groups: [], users: [] };
  return {
    name: "acme",
    id: "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f",
    list: "sample",
    displayName: "ACME Ltd",
    owners: ["alice@acme.example"],
    contacts: {},
    tier: tierName,
    namespaces: [{ name: "tenant-acme", key: "acme", quota: row.quota }],
    access: {
      admin: { groups: ["acme-admins"], users: [] },
      dev: { groups: ["acme-devs"], users: ["carol"] },
      view: nobody,
    },
    quota: row.quota,
    containers: row.containers,
    network: {
      egress: [
        { cidr: "203.0.113.0/24", except: ["203.0.113.8/29"], ports: [{ port: 443, protocol: "TCP" }] },
      ],
      names: [],
      hosts: [],
    },
    pool: { name: tierName, own: row.pool === "dedicated" },
    podSecurity: "restricted",
    storage: { volumeType: "gp3", reclaimPolicy: "Delete" },
    encryption: { deletionWindowDays: row.keyDeletionWindowDays, rotationDays: row.keyRotationDays },
    secrets: { engine: "vault", names: [], tokenTtl: 1200, tokenMaxTtl: 3600, boundCidrs: [] },
    backup: row.backup,
    lifecycle: { state: "active", legalHold: false, retentionDays: row.retentionDays },
    deletionProtection: row.deletionProtection,
    ...changes,
  };
}

/** A second tenant, whose name begins like the first one's. */
export const neighbour: Partial<Tenant> = {
  name: "acme-eu",
  id: "0d9c8b7a-6f5e-4d3c-8b2a-190817263544",
  namespaces: [{ name: "tenant-acme-eu", key: "acme-eu", quota: tier("standard").quota }],
  access: {
    admin: { groups: ["acme-eu-admins"], users: [] },
    dev: { groups: [], users: [] },
    view: { groups: [], users: [] },
  },
};
