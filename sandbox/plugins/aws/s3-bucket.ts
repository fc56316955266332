import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
} from "@aws-sdk/client-s3";
import type { BucketLocationConstraint, S3Client } from "@aws-sdk/client-s3";
import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { REGION, regionFaults } from "./region";
import { TAG_PROPERTIES, tagPairs, tagsFrom, tagState, withAllTags } from "./tags";

/** Route 53 zones of the S3 endpoints, where they are published. */
const HOSTED_ZONES: Readonly<Record<string, string>> = {
  "us-east-1": "Z3AQBSTGFYJSTF",
  "us-west-2": "Z3BJ6K6RIION7M",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "eu-central-1": "Z21DNDUVLTQW6Q",
};

function bucketNameFault(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length < 3 || value.length > 63)
    return `expected length of bucket to be in the range (3 - 63), got ${value}`;
  return /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(value)
    ? undefined
    : `only lowercase alphanumeric characters and hyphens allowed in "${value}"`;
}

/** `aws:s3/bucket:Bucket`. The bucket's settings (versioning, encryption, …) are resources of their own. */
export const BUCKET_SCHEMA: Schema = {
  arn: { type: "string", output: true },
  bucket: {
    type: "string",
    replaces: true,
    named: { maxLength: 63, lowerCase: true },
    check: bucketNameFault,
  },
  bucketDomainName: { type: "string", output: true },
  bucketPrefix: { type: "string", computed: true, replaces: true },
  bucketRegion: { type: "string", output: true },
  bucketRegionalDomainName: { type: "string", output: true },
  forceDestroy: { type: "boolean", default: false },
  hostedZoneId: { type: "string", output: true },
  objectLockEnabled: { type: "boolean", computed: true, replaces: true },
  region: REGION,
  ...TAG_PROPERTIES,
};

/** An S3 bucket. Its id is its name. */
export function s3Bucket(account: Account): Resource {
  const { s3 } = account;
  return lifecycle(BUCKET_SCHEMA, {
    faults: (inputs) => regionFaults(account, inputs),
    prepare: (inputs) => withAllTags(inputs, account.defaultTags),
    create: async ({ signal }, inputs, exists) => {
      const Bucket = String(inputs.bucket);
      const request = new CreateBucketCommand({
        Bucket,
        ObjectLockEnabledForBucket: inputs.objectLockEnabled as boolean | undefined,
        // us-east-1 is the default and the one constraint S3 refuses.
        ...(account.region !== "us-east-1" && {
          CreateBucketConfiguration: { LocationConstraint: account.region as BucketLocationConstraint },
        }),
      });
      const sent = s3.send(request, { abortSignal: signal });
      await attempt(`creating S3 Bucket (${Bucket})`, "S3", "CreateBucket", sent);
      exists(Bucket);
      await writeTags(s3, Bucket, inputs.tagsAll);
    },
    read: async (_context, id, known) => {
      const state = await readBucket(account, id, known);
      return state && { state };
    },
    update: async (_context, id, { inputs, changed }) => {
      if (changed.has("tagsAll")) await writeTags(s3, id, inputs.tagsAll);
    },
    delete: async (_context, id, state) => {
      if (state.forceDestroy === true) await unlessMissing(empty(s3, id), "NoSuchBucket");
      const sent = s3.send(new DeleteBucketCommand({ Bucket: id }));
      await unlessMissing(attempt(`deleting S3 Bucket (${id})`, "S3", "DeleteBucket", sent), "NoSuchBucket");
    },
  });
}

async function readBucket(account: Account, id: string, known: Properties): Promise<Properties | undefined> {
  const { s3, region, partition } = account;
  const head = attempt(
    `reading S3 Bucket (${id})`,
    "S3",
    "HeadBucket",
    s3.send(new HeadBucketCommand({ Bucket: id })),
  );
  if (!(await unlessMissing(head, "NotFound", "NoSuchBucket"))) return undefined;
  const tagging = await unlessMissing(
    attempt(
      `listing tags for S3 Bucket (${id})`,
      "S3",
      "GetBucketTagging",
      s3.send(new GetBucketTaggingCommand({ Bucket: id })),
    ),
    "NoSuchTagSet",
  );
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return {
    arn: `arn:${partition}:s3:::${id}`,
    bucket: id,
    bucketDomainName: `${id}.s3.${suffix}`,
    bucketPrefix: known.bucketPrefix ?? "",
    bucketRegion: region,
    bucketRegionalDomainName: `${id}.s3.${region}.${suffix}`,
    hostedZoneId: HOSTED_ZONES[region],
    objectLockEnabled: known.objectLockEnabled ?? false,
    region,
    ...tagState(tagsFrom(tagging?.TagSet), known, account.defaultTags),
  };
}

async function writeTags(s3: S3Client, Bucket: string, tags: unknown): Promise<void> {
  const TagSet = tagPairs(tags);
  const doing = `updating tags for S3 Bucket (${Bucket})`;
  if (TagSet.length === 0) {
    await attempt(doing, "S3", "DeleteBucketTagging", s3.send(new DeleteBucketTaggingCommand({ Bucket })));
    return;
  }
  const request = new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } });
  await attempt(doing, "S3", "PutBucketTagging", s3.send(request));
}

/** Deletes every version and delete marker: the first page until there is none. */
async function empty(s3: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const entries = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    const Objects = entries.map(({ Key, VersionId }) => ({ Key: Key ?? "", VersionId }));
    if (Objects.length === 0) return;
    const sent = s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    const reply = await attempt(`emptying S3 Bucket (${Bucket})`, "S3", "DeleteObjects", sent);
    const failed = reply.Errors?.[0];
    if (failed)
      throw new Error(`emptying S3 Bucket (${Bucket}): ${failed.Key}: ${failed.Code}: ${failed.Message}`);
  }
}
