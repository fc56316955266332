import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";

export interface BackupIdentityArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
}

/**
 * The IAM role that alone reads and writes the tenant's prefix of the backup bucket (R67, R68, R70). Without it
 * one identity could read every tenant's backups. Velero's ServiceAccount assumes it by web identity; its key
 * rights stand in the key's own policy.
 */
export class BackupIdentity extends pulumi.ComponentResource {
  readonly role: iam.Role;
  readonly policy: iam.RolePolicy;

  constructor(name: string, args: BackupIdentityArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:BackupIdentity", name, {}, opts);
    const { tenant, platform } = args;

    this.role = new iam.Role(
      `${name}-backup-role`,
      {
        name: names.backupRoleName(tenant.id),
        description: `Backups of tenant ${tenant.name}`,
        assumeRolePolicy: JSON.stringify(trustPolicy(platform)),
        maxSessionDuration: 3600,
        permissionsBoundary: names.policyArn(platform.aws, names.TENANT_BOUNDARY),
        tags: labels.tenantTags(tenant),
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.policy = new iam.RolePolicy(
      `${name}-backup-policy`,
      {
        name: "backup-prefix",
        role: names.backupRoleName(tenant.id),
        policy: JSON.stringify(prefixPolicy(tenant, platform)),
      },
      { parent: this, dependsOn: this.role, deleteBeforeReplace: true },
    );

    this.registerOutputs({ arn: this.role.arn });
  }
}

/** Exactly one ServiceAccount of exactly this cluster; subject and audience compared, never matched. */
function trustPolicy({ cluster, aws }: Platform) {
  const provider = names.oidcProviderName(cluster.serviceAccountIssuer);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "VeleroOfThisCluster",
        Effect: "Allow",
        Principal: { Federated: names.oidcProviderArn(aws, cluster.serviceAccountIssuer) },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${provider}:aud`]: "sts.amazonaws.com",
            [`${provider}:sub`]: `system:serviceaccount:${cluster.backupNamespace}:velero`,
          },
        },
      },
    ],
  };
}

/** The closing slash keeps one tenant's prefix from being the beginning of another's. */
function prefixPolicy(tenant: Tenant, { aws }: Platform) {
  const bucket = names.bucketArn(aws, aws.backupBucket);
  const prefix = `${names.backupPrefix(tenant.id)}/`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "ListOwnPrefix",
        Effect: "Allow",
        Action: "s3:ListBucket",
        Resource: bucket,
        Condition: { StringLike: { "s3:prefix": [prefix, `${prefix}*`] } },
      },
      {
        Sid: "UseOwnPrefix",
        Effect: "Allow",
        Action: [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetObject",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ],
        Resource: `${bucket}/${prefix}*`,
      },
    ],
  };
}
