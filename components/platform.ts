import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { PlatformSpec } from "../model/platform";
import { roleRules } from "../model/roles";
import { tier, tierNames } from "../model/tiers";
import { BackupBucket } from "./backup-bucket";
import { BreakGlass } from "./break-glass";
import type { Surroundings } from "./facts";
import { Gateway } from "./gateway";
import { Guardrails } from "./guardrails";
import { NodePools } from "./node-pools";
import { platformObject } from "./object-meta";
import { OperatorAccount } from "./operator-account";
import { OperatorCluster } from "./operator-cluster";
import { OperatorVault } from "./operator-vault";
import { Placement } from "./placement";
import { PodSecurityFloor } from "./pod-security-floor";
import { ProvisionerAccount } from "./provisioner-account";
import { ProvisionerCluster } from "./provisioner-cluster";
import { ProvisionerVault } from "./provisioner-vault";
import { RuntimeClasses } from "./runtime-classes";
import { TokenReview } from "./token-review";

export interface PlatformArgs {
  readonly platform: PlatformSpec;
  readonly facts: Surroundings;
}

/**
 * What all tenants of a cluster share and no tenant may change: the closed tenant roles, the priority classes of
 * the tiers, the namespaces of the gateway, of observability and of backup, the bucket for backups, the policies that
 * pin pods and hold the Pod Security floor, the rules over what tenants write, node pools, and the identities that
 * tenant lists run as and that work on tenants between runs (R1-R4, R7, R17-R31, R37, R40-R43, R110). Run by an administrator.
 */
export class Platform extends pulumi.ComponentResource {
  /** UID of the live kube-system namespace: tells this cluster from every other, also from one rebuilt by its name. */
  readonly clusterUid: pulumi.Output<string>;
  /** Versions of the launch templates that node groups of tenants are made from. */
  readonly launchTemplates: pulumi.Output<Record<string, number>>;

  constructor(name: string, args: PlatformArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Platform", name, {}, opts);
    const { platform, facts } = args;
    const plane = { parent: this };
    const child = { ...plane, deleteBeforeReplace: true };

    for (const [role, rules] of Object.entries(roleRules)) {
      new kubernetes.rbac.v1.ClusterRole(
        `tenant-${role}`,
        {
          metadata: platformObject(names.clusterRoleName(role)),
          rules: rules.map(({ apiGroups, resources, verbs }) => ({
            apiGroups: [...apiGroups],
            resources: [...resources],
            verbs: [...verbs],
          })),
        },
        child,
      );
    }
    for (const tierName of tierNames) {
      new kubernetes.scheduling.v1.PriorityClass(
        `priority-${tierName}`,
        {
          metadata: platformObject(names.priorityClassName(tierName)),
          value: tier(tierName).priority,
          preemptionPolicy: "Never",
          description: `Pods of ${tierName} tenants: below every platform pod, and they pre-empt nobody`,
        },
        child,
      );
    }
    const namespace = (part: string, metadata: SystemNamespace) =>
      new kubernetes.core.v1.Namespace(
        part,
        { metadata: platformObject(metadata.name, metadata.labels) },
        { ...child, protect: true },
      );
    const system = systemNamespaces(platform);
    const gateway = namespace("gateway", system.gateway);
    namespace("observability", system.observability);
    const backup = namespace("backup", system.backup);
    new Guardrails("guardrails", { platform: { ...platform, ...facts } }, plane);
    new PodSecurityFloor("pod-security-floor", { platform }, plane);
    new Placement("placement", plane);
    new RuntimeClasses("runtime-classes", { platform }, plane);
    this.launchTemplates = new NodePools("node-pools", { platform }, plane).launchTemplates;
    new BackupBucket("backup-bucket", { platform }, plane);
    const { home } = new ProvisionerCluster(
      "provisioner",
      {
        platform: { ...platform, ...facts },
        system: {
          [platform.cluster.backupNamespace]: backup,
          [platform.cluster.gatewayNamespace]: gateway,
        },
      },
      plane,
    );
    new OperatorCluster("operator", { platform: { ...platform, ...facts }, home, backup }, plane);
    new BreakGlass("break-glass", plane);
    new ProvisionerAccount("provisioner", { platform }, plane);
    const { login } = new ProvisionerVault("provisioner", { platform, facts }, plane);
    new OperatorAccount("operator", { platform }, plane);
    new OperatorVault("operator", { platform, login }, plane);
    if (platform.cluster.gateway.api === "gateway-api") {
      new Gateway("gateway", { platform, within: gateway }, plane);
    }
    if (!platform.vault.inCluster) {
      new TokenReview("token-review", plane);
    }

    this.clusterUid = kubernetes.core.v1.Namespace.get("kube-system", "kube-system", {
      parent: this,
    }).metadata.uid;
    this.registerOutputs({ clusterUid: this.clusterUid });
  }
}

interface SystemNamespace {
  readonly name: string;
  readonly labels: Record<string, string>;
}

/** Velero's node agent mounts host paths; nothing else of the platform needs to. */
function systemNamespaces({ cluster }: PlatformSpec) {
  const baseline = labels.podSecurityLabels("baseline", cluster.podSecurityVersion);
  return {
    gateway: { name: cluster.gatewayNamespace, labels: baseline },
    observability: { name: cluster.observabilityNamespace, labels: baseline },
    backup: { name: cluster.backupNamespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
  };
}
