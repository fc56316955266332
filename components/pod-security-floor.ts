import * as pulumi from "@pulumi/pulumi";
import { floorDefault, floorRule } from "../guardrails/pod-security-floor";
import type { PlatformSpec } from "../model/platform";
import { mutatingPolicy, validatingPolicy } from "./admission";

export interface PodSecurityFloorArgs {
  readonly platform: PlatformSpec;
}

/**
 * No namespace of the cluster falls below Pod Security `baseline` unless the platform names it (R19, R29). Tenants share
 * nodes with whatever else runs there: one privileged pod in a forgotten namespace reaches all of them.
 */
export class PodSecurityFloor extends pulumi.ComponentResource {
  constructor(name: string, args: PodSecurityFloorArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:PodSecurityFloor", name, {}, opts);
    const { platform } = args;
    const child = { parent: this, deleteBeforeReplace: true };

    mutatingPolicy(`${name}-default`, floorDefault(platform), child);
    validatingPolicy(`${name}-rule`, floorRule(platform), child);

    this.registerOutputs();
  }
}
