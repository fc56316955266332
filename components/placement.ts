import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { spreadPolicy } from "../guardrails/disruption";
import { placementPolicy } from "../guardrails/placement";
import { platformObject } from "./object-meta";

const { admissionregistration } = kubernetes;

/**
 * Keeps every tenant's pods on the nodes of the tenant's pool, spread over zones and hosts, and under a disruption
 * budget (R38, R41, R42). Without it a standard tenant's pod that tolerates the taint runs beside those of sensitive
 * tenants.
 */
export class Placement extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Placement", name, {}, opts);
    const child = { parent: this, deleteBeforeReplace: true };

    for (const [key, policy] of Object.entries(policies(name))) {
      const mutating = new admissionregistration.v1.MutatingAdmissionPolicy(
        key,
        { metadata: platformObject(policy.name), spec: policy.spec },
        child,
      );
      new admissionregistration.v1.MutatingAdmissionPolicyBinding(
        `${key}-binding`,
        { metadata: platformObject(policy.name), spec: { policyName: policy.name } },
        { ...child, dependsOn: mutating },
      );
    }

    this.registerOutputs();
  }
}

/** By logical name. */
function policies(name: string) {
  return { [`${name}-pin`]: placementPolicy(), [`${name}-spread`]: spreadPolicy() };
}
