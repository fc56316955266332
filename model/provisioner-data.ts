/** The provisioner's rights over what keeps tenants' data in AWS: keys, secrets and the bucket, and never the data (R3). */

import * as labels from "./labels";
import * as names from "./names";
import type { PlatformSpec } from "./platform";
import type { Statement } from "./policy-document";

/** What opens data, or hands on the right to open it. */
export const USES = [
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:DeriveSharedSecret",
  "kms:Encrypt",
  "kms:GenerateDataKey*",
  "kms:GenerateMac",
  "kms:ReEncrypt*",
  "kms:ReplicateKey",
  "kms:Sign",
  "secretsmanager:BatchGetSecretValue",
  "secretsmanager:GetSecretValue",
  "secretsmanager:PutSecretValue",
  "secretsmanager:ReplicateSecretToRegions",
  "secretsmanager:RotateSecret",
  "secretsmanager:UpdateSecretVersionStage",
];

/**
 * Keys with a tenant's tag, and tenants' aliases. Tags of a new key are set by the right that sets them on an old one:
 * a key that bears no tenant's tag and leaves its administration to IAM can be tagged, and then deleted, though never
 * used. Give tenants an account without such keys.
 */
export function keyRights({ aws }: PlatformSpec): Statement[] {
  const keys = `arn:${aws.partition}:kms:${aws.region}:${aws.accountId}:key/*`;
  const aliases = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"];
  const requested = { Null: { [`aws:RequestTag/${labels.TENANT}`]: "false" } };
  const owned = { Null: { [`aws:ResourceTag/${labels.TENANT}`]: "false" } };
  return [
    {
      Sid: "MakeTenantsKeys",
      Effect: "Allow",
      Action: ["kms:CreateKey", "kms:TagResource"],
      Resource: "*",
      Condition: requested,
    },
    {
      Sid: "KeepTenantsKeys",
      Effect: "Allow",
      Action: [
        ...aliases,
        "kms:DisableKeyRotation",
        "kms:EnableKeyRotation",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateKeyDescription",
      ],
      Resource: keys,
      Condition: owned,
    },
    {
      Sid: "NameTenantsKeys",
      Effect: "Allow",
      Action: aliases,
      Resource: names.aliasArn(aws, names.keyAlias("*")),
    },
    {
      // Of any key: the proof tells whose key an alias was moved to, and finds a tenant's that has none yet.
      Sid: "LookAtKeys",
      Effect: "Allow",
      Action: [
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListAliases",
        "kms:ListGrants",
        "kms:ListKeys",
        "kms:ListResourceTags",
      ],
      Resource: "*",
    },
  ];
}

/** Tenants' secrets without values: to make or change one with a value uses a key, and that is denied. */
export function secretRights({ aws }: PlatformSpec): Statement[] {
  return [
    {
      Sid: "KeepTenantsSecrets",
      Effect: "Allow",
      Action: [
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteResourcePolicy",
        "secretsmanager:DeleteSecret",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:PutResourcePolicy",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
        "secretsmanager:UpdateSecret",
      ],
      Resource: names.secretArns(aws, names.managedSecretName("*", "*")),
    },
    {
      Sid: "DeleteWithAWayBack",
      Effect: "Deny",
      Action: "secretsmanager:DeleteSecret",
      Resource: "*",
      Condition: { Bool: { "secretsmanager:ForceDeleteWithoutRecovery": "true" } },
    },
  ];
}

/** The bucket's settings are read back; what is in it is the tenants'. */
export function bucketRights({ aws }: PlatformSpec): Statement[] {
  const bucket = names.bucketArn(aws, aws.backupBucket);
  const settings = [
    "s3:GetBucketLocation",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
  ];
  return [
    { Sid: "LookAtTheBucket", Effect: "Allow", Action: settings, Resource: bucket },
    { Sid: "AndNotIntoIt", Effect: "Deny", NotAction: settings, Resource: [bucket, `${bucket}/*`] },
  ];
}
