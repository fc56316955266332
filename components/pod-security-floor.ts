import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { floorDefault, floorRule } from "../guardrails/pod-security-floor";
import type { PlatformSpec } from "../model/platform";
import { platformObject } from "./object-meta";

const { admissionregistration } = kubernetes;

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

    const byDefault = floorDefault(platform);
    const mutating = new admissionregistration.v1.MutatingAdmissionPolicy(
      `${name}-default`,
      { metadata: platformObject(byDefault.name), spec: byDefault.spec },
      child,
    );
    new admissionregistration.v1.MutatingAdmissionPolicyBinding(
      `${name}-default-binding`,
      { metadata: platformObject(byDefault.name), spec: { policyName: byDefault.name } },
      { ...child, dependsOn: mutating },
    );
    const rule = floorRule(platform);
    const validating = new admissionregistration.v1.ValidatingAdmissionPolicy(
      `${name}-rule`,
      { metadata: platformObject(rule.name), spec: rule.spec },
      child,
    );
    new admissionregistration.v1.ValidatingAdmissionPolicyBinding(
      `${name}-rule-binding`,
      {
        metadata: platformObject(rule.name),
        spec: { policyName: rule.name, validationActions: ["Deny"] },
      },
      { ...child, dependsOn: validating },
    );

    this.registerOutputs();
  }
}
