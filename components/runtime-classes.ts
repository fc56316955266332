import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { PlatformSpec } from "../model/platform";
import type { TierName } from "../model/tiers";
import { platformObject } from "./object-meta";

export interface RuntimeClassesArgs {
  readonly platform: PlatformSpec;
}

/**
 * The sandboxed runtimes that sensitive tenants may run their pods in, so that a hole in the kernel does not lead from
 * one tenant to the others on the node (R42). Only the sensitive nodes bring them: a pod that asks for one goes there or
 * nowhere.
 */
export class RuntimeClasses extends pulumi.ComponentResource {
  constructor(name: string, args: RuntimeClassesArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:RuntimeClasses", name, {}, opts);

    for (const [runtime, handler] of Object.entries(args.platform.nodes.runtimeClasses)) {
      new kubernetes.node.v1.RuntimeClass(
        `runtime-${runtime}`,
        { metadata: platformObject(names.runtimeClassName(runtime)), handler, scheduling: scheduling() },
        { parent: this, deleteBeforeReplace: true },
      );
    }

    this.registerOutputs();
  }
}

const TIER: TierName = "sensitive";

/**
 * No overhead: the API server adds it before the placement policy names the class, so that it would refuse the pods for
 * which the tenant did not name it too.
 */
function scheduling(): kubernetes.types.input.node.v1.Scheduling {
  return {
    nodeSelector: { [labels.NODE_TIER]: TIER },
    tolerations: [{ key: labels.NODE_TIER, operator: "Equal", value: TIER, effect: "NoSchedule" }],
  };
}
