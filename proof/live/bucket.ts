/** Judges what all tenants share on AWS: the bucket of all backups (R68). */

import { isDeepStrictEqual } from "node:util";
import {
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Ledger } from "../ledger";
import { absent, covers, listOf, statementsOf, type Statement } from "./policy";
import { judgeTags, tagsOf } from "./tags";

export async function judgeBucket(
  { aws }: Platform,
  { s3 }: { readonly s3: S3Client },
  ledger: Ledger,
): Promise<void> {
  const bench = ledger.bench("(platform)", "backup");
  const { expect } = bench;
  const Bucket = aws.backupBucket;
  const object = `bucket ${Bucket}`;
  const { Policy } =
    (await s3.send(new GetBucketPolicyCommand({ Bucket })).catch(absent("NoSuchBucketPolicy"))) ?? {};
  const statements = statementsOf(Policy);
  const bucket = names.bucketArn(aws, Bucket);
  const denies = (action: string, resources: readonly string[], condition: Statement["Condition"]) =>
    statements.some(
      (statement) =>
        deniesEverybody(statement) &&
        listOf(statement.Action).some((pattern) => covers(pattern, action)) &&
        resources.every((resource) => listOf(statement.Resource).includes(resource)) &&
        isDeepStrictEqual(statement.Condition, condition),
    );
  expect(
    object,
    denies("s3:*", [bucket, `${bucket}/*`], { Bool: { "aws:SecureTransport": "false" } }),
    "takes requests without TLS",
  );
  expect(
    object,
    denies("s3:PutObject", [`${bucket}/*`], {
      StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
    }),
    "takes objects that no KMS key encrypts",
  );
  expect(
    object,
    statements.every(({ Effect }) => Effect === "Deny"),
    "lets somebody in by its own policy",
  );
  const block = await s3
    .send(new GetPublicAccessBlockCommand({ Bucket }))
    .catch(absent("NoSuchPublicAccessBlockConfiguration"));
  const flags = Object.values(block?.PublicAccessBlockConfiguration ?? {});
  expect(object, flags.length === 4 && flags.every((flag) => flag === true), "is not closed to the public");
  const controls = await s3
    .send(new GetBucketOwnershipControlsCommand({ Bucket }))
    .catch(absent("OwnershipControlsNotFoundError"));
  const owner = controls?.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
  expect(object, owner === "BucketOwnerEnforced", "obeys ACLs of single objects");
  const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
  expect(object, Status === "Enabled", "keeps no old versions");
  const tags = await s3.send(new GetBucketTaggingCommand({ Bucket })).catch(absent("NoSuchTagSet"));
  judgeTags(object, tagsOf(tags?.TagSet), { [labels.PLATFORM]: "tenantry" }, bench);
}

function deniesEverybody({ Effect, Principal }: Statement): boolean {
  return (
    Effect === "Deny" &&
    (Principal === "*" || (typeof Principal === "object" && listOf(Principal["AWS"]).includes("*")))
  );
}
