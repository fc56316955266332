import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import type { PlatformSpec } from "../model/platform";
import { platformObject } from "./object-meta";

export interface RuntimeClassesArgs {
  readonly platform: PlatformSpec;
}

/**
 * The sandboxed runtimes that sensitive tenants may run their pods in, so that a hole in the kernel does not lead from
 * one tenant to the others on the node (R42). The classes name no nodes: the placement policy sends a pod to its
 * tenant's, which may be sensitive ones or the tenant's own, and a class that named either would refuse the other.
 */
export class RuntimeClasses extends pulumi.ComponentResource {
  constructor(name: string, args: RuntimeClassesArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:RuntimeClasses", name, {}, opts);
    const child = { parent: this, deleteBeforeReplace: true };

    for (const [runtime, handler] of Object.entries(args.platform.nodes.runtimeClasses)) {
      new kubernetes.node.v1.RuntimeClass(
        `runtime-${runtime}`,
        { metadata: platformObject(names.runtimeClassName(runtime)), handler },
        child,
      );
    }

    this.registerOutputs();
  }
}
