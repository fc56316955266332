import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { PlatformSpec } from "../model/platform";

export interface BackupBucketArgs {
  readonly platform: PlatformSpec;
}

/**
 * The bucket of all backups, a prefix a tenant (R68). It takes nothing in the clear: every request by TLS, every
 * object under KMS, no public access, old versions kept.
 */
export class BackupBucket extends pulumi.ComponentResource {
  constructor(name: string, args: BackupBucketArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:BackupBucket", name, {}, opts);
    const { aws } = args.platform;

    const bucket = new s3.Bucket(
      name,
      { bucket: aws.backupBucket, tags: { [labels.PLATFORM]: "tenantry" } },
      { parent: this, protect: true, retainOnDelete: true },
    );
    const child = { parent: this, dependsOn: bucket, deletedWith: bucket };
    const closed = new s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      {
        bucket: aws.backupBucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      child,
    );
    new s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket: aws.backupBucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    new s3.BucketVersioning(
      `${name}-versioning`,
      { bucket: aws.backupBucket, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    new s3.BucketPolicy(
      `${name}-policy`,
      { bucket: aws.backupBucket, policy: JSON.stringify(bucketPolicy(args.platform)) },
      // The access block refuses a policy that is set at the same moment.
      { ...child, dependsOn: closed },
    );

    this.registerOutputs();
  }
}

function bucketPolicy({ aws }: PlatformSpec) {
  const bucket = names.bucketArn(aws, aws.backupBucket);
  const everyone = { Effect: "Deny", Principal: "*" };
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OnlyByTls",
        ...everyone,
        Action: "s3:*",
        Resource: [bucket, `${bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "OnlyUnderAKmsKey",
        ...everyone,
        Action: "s3:PutObject",
        Resource: `${bucket}/*`,
        Condition: { StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } },
      },
    ],
  };
}
