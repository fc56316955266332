/** Declared pools of nodes and their classes, in words that fit both Karpenter and EKS. */

import type { Nodes } from "../../model/node-pool";
import { readPlatformOutput, type Platform, type PlatformSpec } from "../../model/platform";
import { platform } from "./fixtures";
import type { Declared } from "./graph";

/** The platform of the other tests, with nodes of an engine. */
export function platformWith(
  engine: PlatformSpec["nodes"]["engine"],
  changes: Partial<Nodes> = {},
): Platform {
  const { nodes } = readPlatformOutput({
    ...platform,
    nodes: { engine, role: "nodes", subnetIds: ["subnet-0a1b2c3d"], securityGroupIds: ["sg-0a1b2c3d"] },
  });
  const launchTemplates = { standard: 5, sensitive: 6, dedicated: 7 };
  return { ...platform, nodes: { ...nodes, ...changes }, launchTemplates };
}

interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** A pool: its name, what its nodes are made of, their labels, and their taints as Kubernetes spells them. */
export function pools(graph: readonly Declared[]) {
  return graph.flatMap(({ type, props }) => {
    if (type === "kubernetes:karpenter.sh/v1:NodePool") {
      const { template } = props["spec"] as {
        template: {
          metadata: { labels: Record<string, string> };
          spec: { nodeClassRef: { name: string }; taints: Taint[] };
        };
      };
      const { nodeClassRef, taints } = template.spec;
      const { name } = props["metadata"] as { name: string };
      return [{ name, madeOf: nodeClassRef.name, labels: template.metadata.labels, taints }];
    }
    if (type === "aws:eks/nodeGroup:NodeGroup") {
      const { nodeGroupName, launchTemplate, labels, taints } = props as {
        nodeGroupName: string;
        launchTemplate: { name: string };
        labels: Record<string, string>;
        taints: Taint[];
      };
      const spelt = taints.map((taint) => ({
        ...taint,
        effect: taint.effect === "NO_SCHEDULE" ? "NoSchedule" : taint.effect,
      }));
      return [{ name: nodeGroupName, madeOf: launchTemplate.name, labels, taints: spelt }];
    }
    return [];
  });
}

interface ClassSpec {
  readonly metadataOptions: { readonly httpTokens: string; readonly httpPutResponseHopLimit: number };
  readonly blockDeviceMappings: readonly {
    readonly deviceName: string;
    readonly ebs: { readonly volumeSize: number | string; readonly encrypted: boolean | string };
  }[];
  readonly userData?: string;
}

/** What nodes are made of. */
export function classes(graph: readonly Declared[]) {
  return graph.flatMap(({ type, props }) => {
    if (type === "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass") {
      const spec = props["spec"] as ClassSpec;
      return [nodeClass((props["metadata"] as { name: string }).name, spec, spec.userData)];
    }
    if (type === "aws:ec2/launchTemplate:LaunchTemplate") {
      const spec = props as unknown as ClassSpec & { name: string };
      const userData = spec.userData && Buffer.from(spec.userData, "base64").toString("utf8");
      return [nodeClass(spec.name, spec, userData)];
    }
    return [];
  });
}

function nodeClass(name: string, { metadataOptions, blockDeviceMappings }: ClassSpec, userData?: string) {
  const volumes = blockDeviceMappings.map(({ deviceName, ebs }) => ({
    device: deviceName,
    gib: Number.parseInt(String(ebs.volumeSize), 10),
    encrypted: String(ebs.encrypted) === "true",
  }));
  const { httpTokens, httpPutResponseHopLimit } = metadataOptions;
  return { name, volumes, metadata: { httpTokens, httpPutResponseHopLimit }, userData };
}
