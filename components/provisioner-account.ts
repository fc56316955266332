import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { PlatformSpec } from "../model/platform";
import { provisionerPolicy, provisionerTrust } from "../model/provisioner-account";
import { tenantBoundary } from "../model/tenant-boundary";

export interface ProvisionerAccountArgs {
  readonly platform: PlatformSpec;
}

/**
 * Who tenant lists run as in AWS, and the boundary of every role that they make (R1-R4). Without it a merge of a
 * tenant's file would run with rights over all data of the account.
 */
export class ProvisionerAccount extends pulumi.ComponentResource {
  constructor(name: string, args: ProvisionerAccountArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:ProvisionerAccount", name, {}, opts);
    const { platform } = args;
    const child = { parent: this, deleteBeforeReplace: true };
    const tags = { [labels.PLATFORM]: "tenantry" };

    const boundary = new iam.Policy(
      "tenant-boundary",
      {
        name: names.TENANT_BOUNDARY,
        description: "The most that a role of a tenant can do",
        policy: JSON.stringify(tenantBoundary(platform)),
        tags,
      },
      child,
    );
    // A role that nobody may take on would be no use.
    if (platform.aws.provisionerPrincipals.length > 0) {
      const role = new iam.Role(
        `${name}-role`,
        {
          name: names.PROVISIONER_ROLE,
          description: "Tenant lists run as this role",
          assumeRolePolicy: JSON.stringify(provisionerTrust(platform)),
          maxSessionDuration: 3600,
          tags,
        },
        child,
      );
      new iam.RolePolicy(
        `${name}-policy`,
        {
          name: "tenants",
          role: names.PROVISIONER_ROLE,
          policy: JSON.stringify(provisionerPolicy(platform)),
        },
        { ...child, dependsOn: [role, boundary] },
      );
    }

    this.registerOutputs();
  }
}
