import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import { presenceOf, protectionOf } from "../model/lifecycle";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";

/** A key that stands in AWS already. */
export interface FoundKey {
  readonly keyId: string;
  /** Its alias, where it has it. */
  readonly alias?: string;
}

export interface EncryptionArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
  /** The tenant's key as it stands in AWS, whether or not the state knows of it: a second one is never made. */
  readonly found?: FoundKey;
}

/**
 * A KMS key of the tenant's own, so that data at rest of one tenant is unreadable with another's rights, and can
 * be shredded by destroying one key (R65, R66). Its policy names the only users, each through one service;
 * the account administers the key and cannot use it, so that no broad IAM policy elsewhere opens it.
 */
export class Encryption extends pulumi.ComponentResource {
  readonly key: kms.Key;
  readonly alias: kms.Alias;

  constructor(name: string, args: EncryptionArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Encryption", name, {}, opts);
    const { tenant, platform, found } = args;
    const protect = protectionOf(tenant).data;

    this.key = new kms.Key(
      `${name}-key`,
      {
        description: `Data at rest of tenant ${tenant.name}`,
        enableKeyRotation: true,
        rotationPeriodInDays: tenant.encryption.rotationDays,
        deletionWindowInDays: tenant.encryption.deletionWindowDays,
        policy: JSON.stringify(keyPolicy(tenant, platform)),
        tags: labels.tenantTags(tenant),
      },
      { parent: this, protect, import: found?.keyId },
    );
    this.alias = new kms.Alias(
      `${name}-alias`,
      { name: names.keyAlias(tenant.id), targetKeyId: this.key.keyId },
      { parent: this, protect, deleteBeforeReplace: true, import: found?.alias },
    );

    this.registerOutputs({ keyArn: this.key.arn });
  }
}

/** What the account may do: administer. `CreateGrant` is missing on purpose: a grant would confer use. */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

/**
 * Known in full at preview: every ARN in it is derived, none is an output. The key of a tenant that has left has no
 * users: their roles are gone, and a policy that names them would not be taken.
 */
function keyPolicy(tenant: Tenant, platform: Platform) {
  const { aws } = platform;
  const administration = {
    Sid: "AccountAdministersButDoesNotUse",
    Effect: "Allow",
    Principal: { AWS: `arn:${aws.partition}:iam::${aws.accountId}:root` },
    Action: ADMINISTRATION,
    Resource: "*",
  };
  return {
    Version: "2012-10-17",
    Statement: presenceOf(tenant).stands ? [administration, ...keyUsers(tenant, platform)] : [administration],
  };
}

function keyUsers(tenant: Tenant, platform: Platform) {
  const { aws } = platform;
  const volumes = { AWS: names.roleArn(aws, aws.ebsCsiRole) };
  const backups = { AWS: names.roleArn(aws, names.backupRoleName(tenant.id)) };
  const throughEc2 = { "kms:ViaService": `ec2.${aws.region}.amazonaws.com` };
  return [
    {
      Sid: "VolumesThroughEc2",
      Effect: "Allow",
      Principal: volumes,
      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"],
      Resource: "*",
      Condition: { StringEquals: throughEc2 },
    },
    {
      Sid: "AttachedVolumesThroughEc2",
      Effect: "Allow",
      Principal: volumes,
      Action: "kms:CreateGrant",
      Resource: "*",
      Condition: { StringEquals: throughEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
    {
      Sid: "BackupsFindTheKey",
      Effect: "Allow",
      Principal: backups,
      Action: "kms:DescribeKey",
      Resource: "*",
    },
    {
      Sid: "BackupsThroughS3",
      Effect: "Allow",
      Principal: backups,
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: "*",
      Condition: {
        StringEquals: { "kms:ViaService": `s3.${aws.region}.amazonaws.com` },
        StringLike: {
          "kms:EncryptionContext:aws:s3:arn": `${names.bucketArn(aws, aws.backupBucket)}/${names.backupPrefix(tenant.id)}/*`,
        },
      },
    },
    ...(tenant.secrets.engine === "aws-secrets-manager" ? [throughSecretsManager(tenant, platform)] : []),
  ];
}

function throughSecretsManager(tenant: Tenant, { aws }: Platform) {
  return {
    Sid: "SecretsThroughSecretsManager",
    Effect: "Allow",
    Principal: { AWS: names.roleArn(aws, names.workloadRoleName(tenant.id)) },
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: "*",
    Condition: {
      StringEquals: { "kms:ViaService": `secretsmanager.${aws.region}.amazonaws.com` },
      StringLike: {
        "kms:EncryptionContext:SecretARN": names.secretArns(aws, names.managedSecretName(tenant.id, "*")),
      },
    },
  };
}
