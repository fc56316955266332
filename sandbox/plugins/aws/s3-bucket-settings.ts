import {
  DeleteBucketEncryptionCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import type { BucketVersioningStatus, ObjectOwnership, ServerSideEncryption } from "@aws-sdk/client-s3";
import { isRecord } from "../schema/property";
import type { Properties } from "../schema/property";
import { policyProperty } from "./policy-document";
import type { BucketSetting } from "./s3-bucket-setting";

function record(value: unknown): Properties {
  return isRecord(value) ? value : {};
}

/** `aws:s3/bucketPolicy:BucketPolicy`. */
export const POLICY: BucketSetting = {
  title: "Policy",
  operation: "BucketPolicy",
  missing: "NoSuchBucketPolicy",
  schema: { policy: policyProperty("policy", { required: true }) },
  put: (s3, Bucket, { policy }) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: String(policy) })),
  get: async (s3, Bucket) => ({ policy: (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy }),
  remove: (s3, Bucket) => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
};

/** `aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock`. */
export const PUBLIC_ACCESS_BLOCK: BucketSetting = {
  title: "Public Access Block",
  operation: "PublicAccessBlock",
  missing: "NoSuchPublicAccessBlockConfiguration",
  schema: {
    blockPublicAcls: { type: "boolean", default: false },
    blockPublicPolicy: { type: "boolean", default: false },
    ignorePublicAcls: { type: "boolean", default: false },
    restrictPublicBuckets: { type: "boolean", default: false },
    skipDestroy: { type: "boolean" },
  },
  put: (s3, Bucket, inputs) =>
    s3.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: inputs.blockPublicAcls === true,
          BlockPublicPolicy: inputs.blockPublicPolicy === true,
          IgnorePublicAcls: inputs.ignorePublicAcls === true,
          RestrictPublicBuckets: inputs.restrictPublicBuckets === true,
        },
      }),
    ),
  get: async (s3, Bucket) => {
    const block = (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration;
    return (
      block && {
        blockPublicAcls: block.BlockPublicAcls ?? false,
        blockPublicPolicy: block.BlockPublicPolicy ?? false,
        ignorePublicAcls: block.IgnorePublicAcls ?? false,
        restrictPublicBuckets: block.RestrictPublicBuckets ?? false,
      }
    );
  },
  remove: async (s3, Bucket, { skipDestroy }) =>
    skipDestroy === true ? undefined : s3.send(new DeletePublicAccessBlockCommand({ Bucket })),
};

/** `aws:s3/bucketVersioning:BucketVersioning`. S3 cannot remove versioning: deleting suspends it. */
export const VERSIONING: BucketSetting = {
  title: "Versioning",
  operation: "BucketVersioning",
  missing: "NoSuchVersioningConfiguration",
  schema: {
    expectedBucketOwner: { type: "string", replaces: true },
    mfa: { type: "string" },
    versioningConfiguration: { type: "object", required: true },
  },
  put: (s3, Bucket, { versioningConfiguration }) => {
    const Status = record(versioningConfiguration).status as BucketVersioningStatus;
    return s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  },
  get: async (s3, Bucket) => {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
    return Status && { versioningConfiguration: { mfaDelete: "", status: Status } };
  },
  remove: async (s3, Bucket, { versioningConfiguration }) =>
    record(versioningConfiguration).status === "Enabled"
      ? s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }))
      : undefined,
};

/** `aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration`. */
export const ENCRYPTION: BucketSetting = {
  title: "Server-side Encryption Configuration",
  operation: "BucketEncryption",
  missing: "ServerSideEncryptionConfigurationNotFoundError",
  schema: {
    expectedBucketOwner: { type: "string", replaces: true },
    rules: { type: "set", required: true },
  },
  put: (s3, Bucket, { rules }) => {
    const Rules = (rules as unknown[]).map(record).map((rule) => {
      const byDefault = record(rule.applyServerSideEncryptionByDefault);
      return {
        BucketKeyEnabled: rule.bucketKeyEnabled === true,
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: byDefault.sseAlgorithm as ServerSideEncryption,
          KMSMasterKeyID: byDefault.kmsMasterKeyId as string | undefined,
        },
      };
    });
    return s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
  },
  get: async (s3, Bucket) => {
    const reply = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    const rules = reply.ServerSideEncryptionConfiguration?.Rules?.map((rule) => ({
      applyServerSideEncryptionByDefault: {
        sseAlgorithm: rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
        kmsMasterKeyId: rule.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? "",
      },
      bucketKeyEnabled: rule.BucketKeyEnabled ?? false,
    }));
    return rules && { rules };
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketEncryptionCommand({ Bucket })),
};

/** `aws:s3/bucketOwnershipControls:BucketOwnershipControls`. */
export const OWNERSHIP: BucketSetting = {
  title: "Ownership Controls",
  operation: "BucketOwnershipControls",
  missing: "OwnershipControlsNotFoundError",
  schema: { rule: { type: "object", required: true } },
  put: (s3, Bucket, { rule }) => {
    const ObjectOwnership = record(rule).objectOwnership as ObjectOwnership;
    return s3.send(
      new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership }] } }),
    );
  },
  get: async (s3, Bucket) => {
    const rule = (await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls
      ?.Rules?.[0];
    return rule && { rule: { objectOwnership: rule.ObjectOwnership } };
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket })),
};
