/** Nodes as Karpenter makes them: what is written here of its kinds EC2NodeClass and NodePool, typed. */

import * as labels from "../model/labels";
import * as names from "../model/names";
import { volumesOf, type NodePoolPlan, type Nodes } from "../model/node-pool";
import { swapUserData } from "../model/node-swap";
import type { TierName } from "../model/tiers";

const NODE_CLASSES = "karpenter.k8s.aws";

interface EC2NodeClassSpec {
  readonly role: string;
  readonly amiFamily: "AL2023";
  readonly amiSelectorTerms: readonly [{ readonly alias: string } | { readonly id: string }];
  readonly subnetSelectorTerms: readonly { readonly id: string }[];
  readonly securityGroupSelectorTerms: readonly { readonly id: string }[];
  readonly associatePublicIPAddress: false;
  readonly metadataOptions: {
    readonly httpEndpoint: "enabled";
    readonly httpProtocolIPv6: "disabled";
    readonly httpPutResponseHopLimit: 1;
    readonly httpTokens: "required";
  };
  readonly blockDeviceMappings: readonly {
    readonly deviceName: string;
    readonly rootVolume?: true;
    readonly ebs: {
      readonly volumeType: "gp3";
      readonly volumeSize: string;
      readonly encrypted: true;
      readonly deleteOnTermination: true;
    };
  }[];
  readonly userData?: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface NodePoolSpec {
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: {
      readonly nodeClassRef: { readonly group: string; readonly kind: "EC2NodeClass"; readonly name: string };
      readonly requirements: readonly {
        readonly key: string;
        readonly operator: "In";
        readonly values: readonly string[];
      }[];
      readonly taints: readonly {
        readonly key: string;
        readonly value: string;
        readonly effect: "NoSchedule";
      }[];
      readonly expireAfter: string;
      readonly terminationGracePeriod: string;
    };
  };
  readonly limits: Readonly<Record<string, string | number>>;
  readonly disruption: {
    readonly consolidationPolicy: "WhenEmptyOrUnderutilized";
    readonly consolidateAfter: string;
    readonly budgets: readonly { readonly nodes: string }[];
  };
}

/** Release of the EKS image where the platform names none; `latest` would change nodes without a run. */
const AL2023_RELEASE = "v20260714";

/** Instances of a class. Pods cannot reach the node's role: an answer of the metadata service dies at the first hop. */
export function ec2NodeClass(nodeClass: TierName, nodes: Nodes) {
  const { root, swap } = volumesOf(nodeClass, nodes);
  const image = nodes.images[nodeClass] ?? AL2023_RELEASE;
  const volume = ({ device, gib }: typeof root) => ({
    deviceName: device,
    ebs: {
      volumeType: "gp3" as const,
      volumeSize: `${gib}Gi`,
      encrypted: true as const,
      deleteOnTermination: true as const,
    },
  });
  const spec: EC2NodeClassSpec = {
    role: nodes.role ?? "",
    amiFamily: "AL2023",
    amiSelectorTerms: [image.startsWith("ami-") ? { id: image } : { alias: `al2023@${image}` }],
    subnetSelectorTerms: nodes.subnetIds.map((id) => ({ id })),
    securityGroupSelectorTerms: nodes.securityGroupIds.map((id) => ({ id })),
    associatePublicIPAddress: false,
    metadataOptions: {
      httpEndpoint: "enabled",
      httpProtocolIPv6: "disabled",
      httpPutResponseHopLimit: 1,
      httpTokens: "required",
    },
    blockDeviceMappings: [{ ...volume(root), rootVolume: true }, ...(swap ? [volume(swap)] : [])],
    ...(swap && { userData: swapUserData(swap.gib) }),
    tags: { [labels.PLATFORM]: "tenantry" },
  };
  return { apiVersion: `${NODE_CLASSES}/v1`, kind: "EC2NodeClass", spec };
}

/**
 * A pool whose nodes live two weeks, so that each is patched by being replaced. After a day of draining a node goes
 * whatever is on it: no tenant can keep an old node by a disruption budget or by `karpenter.sh/do-not-disrupt`.
 */
export function karpenterNodePool({ nodeClass, marks, limits }: NodePoolPlan, { instanceTypes }: Nodes) {
  const spec: NodePoolSpec = {
    template: {
      metadata: { labels: marks },
      spec: {
        nodeClassRef: { group: NODE_CLASSES, kind: "EC2NodeClass", name: names.sharedNodesName(nodeClass) },
        requirements: [
          { key: "node.kubernetes.io/instance-type", operator: "In", values: instanceTypes },
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
          { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
        ],
        taints: Object.entries(marks).map(([key, value]) => ({ key, value, effect: "NoSchedule" as const })),
        expireAfter: "336h",
        terminationGracePeriod: "24h",
      },
    },
    limits: { ...limits },
    disruption: {
      consolidationPolicy: "WhenEmptyOrUnderutilized",
      consolidateAfter: "5m",
      budgets: [{ nodes: "10%" }],
    },
  };
  return { apiVersion: "karpenter.sh/v1", kind: "NodePool", spec };
}
