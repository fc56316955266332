/**
 * What the operator may do in AWS: find and destroy tenants' backups when their retention is over, in every version, see
 * who is trusted by which role when a tenant leaves, and nothing else (R1-R4, R90). It reads no object, uses no key and
 * changes nothing in IAM; the denies hold whatever another policy of the role, of the bucket or of a key says.
 *
 * It deletes the backups of any tenant: which tenant's time is over stands in a file that IAM cannot read.
 */

import * as names from "./names";
import type { PlatformSpec } from "./platform";
import { policyDocument, type PolicyDocument } from "./policy-document";

/** On the bucket: the names of versions, and of uploads that were never finished. */
const LOOK = ["s3:ListBucketMultipartUploads", "s3:ListBucketVersions"];
/** On objects. S3 asks for the right to delete an object besides the one to delete a version of it. */
const DESTROY = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"];
const TRUSTS = "iam:ListRoles";

/** The policy of the operator's role. */
export function operatorPolicy({ aws }: PlatformSpec): PolicyDocument {
  const bucket = names.bucketArn(aws, aws.backupBucket);
  const prefix = names.backupPrefix("*");
  const objects = `${bucket}/${prefix}`;
  return policyDocument(
    {
      Sid: "ListBackups",
      Effect: "Allow",
      Action: "s3:ListBucketVersions",
      Resource: bucket,
      Condition: { StringLike: { "s3:prefix": prefix } },
    },
    // IAM knows no condition on the prefix of these.
    { Sid: "ListUploads", Effect: "Allow", Action: "s3:ListBucketMultipartUploads", Resource: bucket },
    { Sid: "DestroyBackups", Effect: "Allow", Action: DESTROY, Resource: objects },
    // A role that still trusts a tenant's accounts is found by its trust, whatever it is called.
    { Sid: "SeeWhoIsTrusted", Effect: "Allow", Action: TRUSTS, Resource: "*" },
    { Sid: "NothingElse", Effect: "Deny", NotAction: [...LOOK, ...DESTROY, TRUSTS], Resource: "*" },
    { Sid: "NowhereElse", Effect: "Deny", Action: [...LOOK, ...DESTROY], NotResource: [bucket, objects] },
  );
}

/** Who may take on the operator's role; undefined where nobody may. */
export function operatorTrust({ aws, cluster }: PlatformSpec) {
  const provider = names.oidcProviderName(cluster.serviceAccountIssuer);
  const account = {
    Sid: "OperatorsServiceAccount",
    Effect: "Allow",
    Principal: { Federated: names.oidcProviderArn(aws, cluster.serviceAccountIssuer) },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${provider}:aud`]: "sts.amazonaws.com",
        [`${provider}:sub`]: `system:serviceaccount:${cluster.provisionerNamespace}:${names.OPERATOR}`,
      },
    },
  };
  const principals = {
    Sid: "Operators",
    Effect: "Allow",
    Principal: { AWS: aws.operatorPrincipals },
    Action: "sts:AssumeRole",
  };
  const Statement = [
    // Elsewhere the account need not trust the cluster's tokens.
    ...(aws.workloadIdentity === "irsa" ? [account] : []),
    ...(aws.operatorPrincipals.length > 0 ? [principals] : []),
  ];
  return Statement.length === 0 ? undefined : { Version: "2012-10-17", Statement };
}
