import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import { operatorPolicy, operatorTrust } from "../model/operator-account";
import type { PlatformSpec } from "../model/platform";

export interface OperatorAccountArgs {
  readonly platform: PlatformSpec;
}

/**
 * Who destroys tenants' backups in AWS when their retention is over (R1-R4, R90). Without it a purge would run with
 * rights to read all of them.
 */
export class OperatorAccount extends pulumi.ComponentResource {
  constructor(name: string, args: OperatorAccountArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:OperatorAccount", name, {}, opts);
    const { platform } = args;
    const child = { parent: this, deleteBeforeReplace: true };

    const trust = operatorTrust(platform);
    // A role that nobody may take on would be no use.
    if (trust !== undefined) {
      const role = new iam.Role(
        `${name}-role`,
        {
          name: names.OPERATOR_ROLE,
          description: "Works on tenants between runs of their lists",
          assumeRolePolicy: JSON.stringify(trust),
          maxSessionDuration: 3600,
          tags: { [labels.PLATFORM]: "tenantry" },
        },
        child,
      );
      new iam.RolePolicy(
        `${name}-policy`,
        { name: "backups", role: names.OPERATOR_ROLE, policy: JSON.stringify(operatorPolicy(platform)) },
        { ...child, dependsOn: role },
      );
    }

    this.registerOutputs();
  }
}
