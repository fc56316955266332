import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import type { LifecycleRule, TransitionDefaultMinimumObjectSize } from "@aws-sdk/client-s3";
import { isRecord, isZero } from "../schema/property";
import type { BucketSetting } from "./s3-bucket-setting";
import { tagPairs, tagsFrom } from "./tags";
import type { TagPair } from "./tags";

/** `aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration`. */
export const LIFECYCLE: BucketSetting = {
  title: "Lifecycle Configuration",
  operation: "BucketLifecycleConfiguration",
  missing: "NoSuchLifecycleConfiguration",
  schema: {
    expectedBucketOwner: { type: "string", replaces: true },
    rules: { type: "list", required: true },
    timeouts: { type: "object" },
    transitionDefaultMinimumObjectSize: { type: "string", computed: true },
  },
  put: (s3, Bucket, inputs) =>
    s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: toService(inputs.rules) as LifecycleRule[] },
        TransitionDefaultMinimumObjectSize: inputs.transitionDefaultMinimumObjectSize as
          TransitionDefaultMinimumObjectSize | undefined,
      }),
    ),
  get: async (s3, Bucket) => {
    const reply = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    return (
      reply.Rules && {
        rules: fromService(reply.Rules),
        transitionDefaultMinimumObjectSize:
          reply.TransitionDefaultMinimumObjectSize ?? "all_storage_classes_128K",
      }
    );
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketLifecycleCommand({ Bucket })),
};

/** The program's words to S3's: the same but for capitals, `ID`, dates and tags. */
export function toService(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => toService(item));
  if (key === "date") return new Date(String(value));
  if (key === "tags") return tagPairs(value);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(
    ([name, item]) => !name.startsWith("__") && item !== undefined,
  );
  return Object.fromEntries(
    entries.map(([name, item]) => [
      name === "id" ? "ID" : name.charAt(0).toUpperCase() + name.slice(1),
      toService(item, name),
    ]),
  );
}

/** S3's words to the program's; empty values are left out. */
export function fromService(value: unknown, key = ""): unknown {
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, "Z");
  if (key === "Tags") return tagsFrom(value as TagPair[]);
  if (Array.isArray(value)) return value.map((item) => fromService(item));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(
    ([, item]) => item !== undefined && (item instanceof Date || !isZero(item)),
  );
  return Object.fromEntries(
    entries.map(([name, item]) => [
      name === "ID" ? "id" : name.charAt(0).toLowerCase() + name.slice(1),
      fromService(item, name),
    ]),
  );
}
