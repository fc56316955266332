import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import { protectionOf } from "../model/lifecycle";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";

export interface ManagedSecretsArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
}

/**
 * The tenant's secrets in AWS Secrets Manager, each under the tenant's key and closed to every identity but the
 * tenant's role, whatever an IAM policy elsewhere allows (R63). Their values are put there by the tenant and never pass
 * through Pulumi.
 */
export class ManagedSecrets extends pulumi.ComponentResource {
  readonly policies: secretsmanager.SecretPolicy[];

  constructor(name: string, args: ManagedSecretsArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:ManagedSecrets", name, {}, opts);
    const { tenant, platform } = args;
    const protect = protectionOf(tenant).data;

    // The doubled hyphen, which no tenant's name holds, keeps `a` with `b-secret-c` apart from `a-secret-b` with `c`.
    this.policies = tenant.secrets.names.map((secretName) => {
      const secret = new secretsmanager.Secret(
        `${name}-secret--${secretName}`,
        {
          name: names.managedSecretName(tenant.id, secretName),
          description: `Secret ${secretName} of tenant ${tenant.name}`,
          kmsKeyId: names.aliasArn(platform.aws, names.keyAlias(tenant.id)),
          recoveryWindowInDays: tenant.encryption.deletionWindowDays,
          tags: labels.tenantTags(tenant),
        },
        { parent: this, protect, deleteBeforeReplace: true },
      );
      return new secretsmanager.SecretPolicy(
        `${name}-secret--${secretName}-policy`,
        {
          secretArn: secret.arn,
          policy: JSON.stringify(secretPolicy(tenant, platform)),
          blockPublicPolicy: true,
        },
        { parent: this, deletedWith: secret },
      );
    });

    this.registerOutputs();
  }
}

/** In a policy of a secret, `*` is that secret. */
function secretPolicy(tenant: Tenant, { aws }: Platform) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OnlyTheTenantsRole",
        Effect: "Deny",
        Principal: "*",
        Action: ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
        Resource: "*",
        Condition: {
          ArnNotEquals: { "aws:PrincipalArn": names.roleArn(aws, names.workloadRoleName(tenant.id)) },
        },
      },
    ],
  };
}
