import * as eks from "@pulumi/aws/eks";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import { ownPool } from "../model/node-pool";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";
import { AUTOSCALED, nodeGroup } from "./eks-nodes";
import { karpenterNodePool } from "./karpenter-nodes";
import { tenantObject } from "./object-meta";

export interface NodePoolArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
}

/**
 * Nodes of the tenant's own, for nobody else's pods (R40, R41). Without it a tenant that pays for hardware of its own
 * would share kernels with others. The nodes are made of a class that the platform declared.
 */
export class NodePool extends pulumi.ComponentResource {
  /** None where somebody else makes the nodes. */
  readonly pool?: pulumi.CustomResource;

  constructor(name: string, args: NodePoolArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:NodePool", name, {}, opts);

    this.pool = this.declare(name, args);

    this.registerOutputs();
  }

  private declare(name: string, { tenant, platform }: NodePoolArgs): pulumi.CustomResource | undefined {
    const child = { parent: this, deleteBeforeReplace: true };
    const plan = ownPool(tenant, platform.nodes);
    switch (platform.nodes.engine) {
      case "karpenter":
        return new kubernetes.apiextensions.CustomResource(
          `${name}-node-pool`,
          { ...karpenterNodePool(plan, platform.nodes), metadata: tenantObject(tenant, plan.name) },
          child,
        );
      case "eks": {
        const version = platform.launchTemplates[plan.nodeClass];
        if (version === undefined) {
          throw new pulumi.ResourceError(
            `the stack platform has made no launch template for ${plan.nodeClass} nodes yet; run: pulumi up --stack platform`,
            this,
          );
        }
        const args = nodeGroup(plan, platform, String(version), labels.tenantTags(tenant));
        return new eks.NodeGroup(`${name}-node-pool`, args, { ...child, ignoreChanges: AUTOSCALED });
      }
      case "existing":
        return undefined;
    }
  }
}
