import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { breakGlassGuard } from "../guardrails/break-glass";
import { pentestRules } from "../model/break-glass";
import { PENTEST_ROLE } from "../model/operator";
import { validatingPolicy } from "./admission";
import { platformObject } from "./object-meta";
import { policyRule } from "./policy-rule";

/**
 * What break-glass grants open, and what ends them (R91). Grants themselves are no resources: a run would make anew what
 * is over, and a state would keep what was open.
 */
export class BreakGlass extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:BreakGlass", name, {}, opts);
    const child = { parent: this, deleteBeforeReplace: true };

    // Nobody is granted anything before it ends by itself.
    const guard = validatingPolicy(`${name}-guard`, breakGlassGuard(), child);
    new kubernetes.rbac.v1.ClusterRole(
      `${name}-role`,
      { metadata: platformObject(PENTEST_ROLE), rules: pentestRules.map(policyRule) },
      { ...child, dependsOn: guard },
    );

    this.registerOutputs();
  }
}
