/** The most that any role of a tenant can do, whatever its own policies say (R4, R67). */

import * as names from "./names";
import type { PlatformSpec } from "./platform";
import { policyDocument, type PolicyDocument } from "./policy-document";

/**
 * The boundary of every role that the provisioner makes. It holds the roles to tenants' data and not to one tenant's:
 * a role's tag could say which, and is written by the same provisioner that the boundary is to hold.
 */
export function tenantBoundary({ aws }: PlatformSpec): PolicyDocument {
  const bucket = names.bucketArn(aws, aws.backupBucket);
  const objects = `${names.backupPrefix("*")}`;
  const services = ["s3", "secretsmanager"].map((service) => `${service}.${aws.region}.amazonaws.com`);
  return policyDocument(
    {
      Sid: "Backups",
      Effect: "Allow",
      Action: [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
      ],
      Resource: `${bucket}/${objects}`,
    },
    {
      Sid: "ListBackups",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: bucket,
      Condition: { StringLike: { "s3:prefix": objects } },
    },
    {
      Sid: "Secrets",
      Effect: "Allow",
      Action: [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:ListSecretVersionIds",
        "secretsmanager:PutSecretValue",
      ],
      Resource: names.secretArns(aws, names.managedSecretName("*", "*")),
    },
    { Sid: "FindKeys", Effect: "Allow", Action: "kms:DescribeKey", Resource: "*" },
    {
      Sid: "KeysBehindBoth",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: "*",
      Condition: { StringEquals: { "kms:ViaService": services } },
    },
  );
}
