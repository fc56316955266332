import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate";
import * as eks from "@pulumi/aws/eks";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import { sharedPools } from "../model/node-pool";
import type { PlatformSpec } from "../model/platform";
import { tierNames } from "../model/tiers";
import { AUTOSCALED, launchTemplate, nodeGroup } from "./eks-nodes";
import { ec2NodeClass, karpenterNodePool } from "./karpenter-nodes";
import { platformObject } from "./object-meta";

export interface NodePoolsArgs {
  readonly platform: PlatformSpec;
}

/**
 * Nodes for each tier, and what nodes of each tier are made of (R40, R41, R43). Without pools by tier a pod of an
 * internal team that breaks out of its container would find customer data on its own node. Tenants with nodes of their
 * own build on the same classes.
 */
export class NodePools extends pulumi.ComponentResource {
  /** Versions of the launch templates by class, which tenant lists need to know; none but with the engine eks. */
  readonly launchTemplates: pulumi.Output<Record<string, number>>;

  constructor(name: string, args: NodePoolsArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:NodePools", name, {}, opts);
    const { engine } = args.platform.nodes;

    this.launchTemplates = pulumi.output(engine === "eks" ? this.declareGroups(args) : {});
    if (engine === "karpenter") {
      this.declareKarpenter(args);
    }

    this.registerOutputs({ launchTemplates: this.launchTemplates });
  }

  private declareKarpenter({ platform: { nodes } }: NodePoolsArgs): void {
    const child = { parent: this, deleteBeforeReplace: true };
    const classes = tierNames.map(
      (nodeClass) =>
        new kubernetes.apiextensions.CustomResource(
          `node-class-${nodeClass}`,
          { ...ec2NodeClass(nodeClass, nodes), metadata: platformObject(names.sharedNodesName(nodeClass)) },
          child,
        ),
    );
    for (const plan of sharedPools(nodes)) {
      new kubernetes.apiextensions.CustomResource(
        `node-pool-${plan.nodeClass}`,
        { ...karpenterNodePool(plan, nodes), metadata: platformObject(plan.name) },
        { ...child, dependsOn: classes },
      );
    }
  }

  private declareGroups({ platform }: NodePoolsArgs): Record<string, pulumi.Output<number>> {
    const child = { parent: this, deleteBeforeReplace: true };
    const templates = Object.fromEntries(
      tierNames.map((nodeClass) => [
        nodeClass,
        new LaunchTemplate(`node-class-${nodeClass}`, launchTemplate(nodeClass, platform), child)
          .latestVersion,
      ]),
    );
    for (const plan of sharedPools(platform.nodes)) {
      const version = templates[plan.nodeClass]?.apply(String) ?? "";
      new eks.NodeGroup(`node-pool-${plan.nodeClass}`, nodeGroup(plan, platform, version), {
        ...child,
        ignoreChanges: AUTOSCALED,
      });
    }
    return templates;
  }
}
