/** Nodes as EKS makes them: managed node groups over launch templates. */

import type { LaunchTemplateArgs } from "@pulumi/aws/ec2/launchTemplate";
import type { NodeGroupArgs } from "@pulumi/aws/eks";
import type { Input } from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import { volumesOf, type NodePoolPlan, type Nodes } from "../model/node-pool";
import { swapUserData } from "../model/node-swap";
import type { PlatformSpec } from "../model/platform";
import type { TierName } from "../model/tiers";

const TAGS = { [labels.PLATFORM]: "tenantry" };

/** Instances of a class. Pods cannot reach the node's role: an answer of the metadata service dies at the first hop. */
export function launchTemplate(nodeClass: TierName, platform: PlatformSpec): LaunchTemplateArgs {
  const nodes: Nodes = platform.nodes;
  const { root, swap } = volumesOf(nodeClass, nodes);
  const volume = ({ device, gib }: typeof root) => ({
    deviceName: device,
    ebs: { volumeType: "gp3", volumeSize: gib, encrypted: "true", deleteOnTermination: "true" },
  });
  return {
    name: names.launchTemplateName(clusterName(platform), nodeClass),
    description: `Nodes of class ${nodeClass}`,
    updateDefaultVersion: true,
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    blockDeviceMappings: swap ? [volume(root), volume(swap)] : [volume(root)],
    ...(nodes.securityGroupIds.length > 0 && { vpcSecurityGroupIds: nodes.securityGroupIds }),
    ...(swap && { userData: Buffer.from(swapUserData(swap.gib)).toString("base64") }),
    tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: TAGS })),
    tags: TAGS,
  };
}

/** A node group. It moves to a new image or template one node at a time, also past a tenant's disruption budget. */
export function nodeGroup(
  { name, nodeClass, marks, limits }: NodePoolPlan,
  platform: PlatformSpec,
  templateVersion: Input<string>,
  tags: Record<string, string> = TAGS,
): NodeGroupArgs {
  const nodes: Nodes = platform.nodes;
  return {
    clusterName: clusterName(platform),
    nodeGroupName: name,
    nodeRoleArn: names.roleArn(platform.aws, nodes.role ?? ""),
    subnetIds: nodes.subnetIds,
    instanceTypes: nodes.instanceTypes,
    amiType: nodes.instanceTypes.every(isGraviton) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD",
    capacityType: "ON_DEMAND",
    releaseVersion: nodes.images[nodeClass],
    launchTemplate: {
      name: names.launchTemplateName(clusterName(platform), nodeClass),
      version: templateVersion,
    },
    labels: { ...marks },
    taints: Object.entries(marks).map(([key, value]) => ({ key, value, effect: "NO_SCHEDULE" })),
    scalingConfig: { minSize: 0, desiredSize: 1, maxSize: limits.nodes },
    updateConfig: { maxUnavailable: 1 },
    forceUpdateVersion: true,
    tags,
  };
}

/** An autoscaler writes the number of nodes; what is declared is the first. */
export const AUTOSCALED = ["scalingConfig.desiredSize"];

function clusterName({ cluster, aws }: PlatformSpec): string {
  return aws.eksCluster ?? cluster.name;
}

/** A `g` behind the generation: m7g, c7gn, im4gn. */
function isGraviton(instanceType: string): boolean {
  return /^[a-z]+[0-9]g/.test(instanceType);
}
