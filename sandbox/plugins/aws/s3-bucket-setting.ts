import type { S3Client } from "@aws-sdk/client-s3";
import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { REGION, regionFaults } from "./region";

/** One setting of a bucket that is a resource of its own: S3 has a put, a get and mostly a delete for each. */
export interface BucketSetting {
  /** As the official messages call it, e.g. `Versioning`. */
  readonly title: string;
  /** What follows Put, Get and Delete in the operations' names, e.g. `BucketVersioning`. */
  readonly operation: string;
  /** The properties beside `bucket` and `region`. */
  readonly schema: Schema;
  /** The code with which S3 says that the bucket has no such setting. */
  readonly missing: string;
  put(s3: S3Client, bucket: string, inputs: Properties): Promise<unknown>;
  /** The live setting, or nothing where S3 answers with an empty one. */
  get(s3: S3Client, bucket: string): Promise<Properties | undefined>;
  remove(s3: S3Client, bucket: string, state: Properties): Promise<unknown>;
}

/** All properties of a setting. */
export function settingSchema(setting: BucketSetting): Schema {
  return {
    bucket: { type: "string", required: true, replaces: true },
    region: REGION,
    ...setting.schema,
  };
}

/** The resource of a setting. Its id is the bucket's name. */
export function bucketSetting(account: Account, setting: BucketSetting): Resource {
  const { s3, region } = account;
  const { title, operation, missing } = setting;
  return lifecycle(settingSchema(setting), {
    faults: (inputs) => regionFaults(account, inputs),
    create: async (_context, inputs, exists) => {
      const bucket = String(inputs.bucket);
      const sent = setting.put(s3, bucket, inputs);
      await attempt(`creating S3 Bucket (${bucket}) ${title}`, "S3", `Put${operation}`, sent);
      exists(bucket);
    },
    read: async (_context, id) => {
      const bucket = bucketOf(id);
      const sent = attempt(
        `reading S3 Bucket (${bucket}) ${title}`,
        "S3",
        `Get${operation}`,
        setting.get(s3, bucket),
      );
      const found = await unlessMissing(sent, missing, "NoSuchBucket");
      return found && { state: { bucket, region, ...found } };
    },
    update: async (_context, id, { inputs }) => {
      const bucket = bucketOf(id);
      const sent = setting.put(s3, bucket, inputs);
      await attempt(`updating S3 Bucket (${bucket}) ${title}`, "S3", `Put${operation}`, sent);
    },
    delete: async (_context, id, state) => {
      const bucket = bucketOf(id);
      const sent = setting.remove(s3, bucket, state);
      const attempted = attempt(`deleting S3 Bucket (${bucket}) ${title}`, "S3", `Delete${operation}`, sent);
      await unlessMissing(attempted, missing, "NoSuchBucket");
    },
  });
}

/** An import may name the expected owner after a comma. */
function bucketOf(id: string): string {
  return id.split(",")[0] ?? id;
}
