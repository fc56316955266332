import * as pulumi from "@pulumi/pulumi";
import { spreadPolicy } from "../guardrails/disruption";
import { placementPolicy } from "../guardrails/placement";
import { mutatingPolicy } from "./admission";

/**
 * Keeps every tenant's pods on the nodes of the tenant's pool, spread over zones and hosts, and under a disruption
 * budget (R38, R41, R42). Without it a standard tenant's pod that tolerates the taint runs beside those of sensitive
 * tenants.
 */
export class Placement extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Placement", name, {}, opts);
    const child = { parent: this, deleteBeforeReplace: true };

    mutatingPolicy(`${name}-pin`, placementPolicy(), child);
    mutatingPolicy(`${name}-spread`, spreadPolicy(), child);

    this.registerOutputs();
  }
}
