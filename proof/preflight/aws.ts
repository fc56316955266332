/** Asks AWS before a run: is it the right account, is the bucket there, does any tenant's key still stand? */

import { DescribeKeyCommand, KMSClient, type KeyMetadata } from "@aws-sdk/client-kms";
import { GetBucketLocationCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { AWS_TIMEOUTS } from "../live/aws";
import { absent } from "../live/policy";
import type { Problem } from "./problem";

/** Keys asked about at once: KMS answers few requests a second. */
const WINDOW = 8;

export async function askAws(tenants: readonly Tenant[], { aws }: Platform): Promise<Problem[]> {
  const options = { region: aws.region, maxAttempts: 2, requestHandler: AWS_TIMEOUTS };
  try {
    const { Account } = await new STSClient(options).send(new GetCallerIdentityCommand({}));
    if (Account !== aws.accountId) {
      const message = `the AWS credentials are of account ${Account ?? "none"}, and the platform is in ${aws.accountId}; set those of the right account`;
      return [{ kind: "credentials", message }];
    }
  } catch (error) {
    const message = `AWS does not take the credentials: ${textOf(error)}; set AWS_PROFILE or AWS_ACCESS_KEY_ID`;
    return [{ kind: isNetworkError(error) ? "unreachable" : "credentials", message }];
  }
  const found = await Promise.all([
    askBucket(new S3Client({ ...options, forcePathStyle: true }), aws),
    askKeys(tenants, new KMSClient({ ...options, maxAttempts: 8 })),
  ]);
  return found.flat();
}

async function askBucket(s3: S3Client, aws: Platform["aws"]): Promise<Problem[]> {
  try {
    await s3.send(new GetBucketLocationCommand({ Bucket: aws.backupBucket }));
    return [];
  } catch (error) {
    return [judgeBucketRefusal(aws, error)];
  }
}

/** What S3 means by refusing: status and headers say it, whatever the words. */
export function judgeBucketRefusal({ backupBucket, region }: Platform["aws"], error: unknown): Problem {
  const { status, bucketRegion } = refusalOf(error);
  const bucket = `the backup bucket ${backupBucket}`;
  if (status === 301 || (bucketRegion !== undefined && bucketRegion !== region)) {
    const message = `${bucket} lies in ${bucketRegion ?? "another region"}, and the platform in ${region}; name a bucket of that region, or correct aws.region`;
    return { kind: "conflict", message };
  }
  if (status === 403) {
    const message = `${bucket} exists but these credentials may not see it; grant them s3:GetBucketLocation on it, or find out whose account it is in`;
    return { kind: "credentials", message };
  }
  if (status === 404) {
    return { kind: "missing", message: `${bucket} is missing; run: pulumi up --stack platform` };
  }
  const message = `S3 does not answer for ${bucket}: ${textOf(error)}; check the connection to AWS, then run again`;
  return { kind: "unreachable", message };
}

async function askKeys(tenants: readonly Tenant[], kms: KMSClient): Promise<Problem[]> {
  const waiting = [...tenants.entries()];
  const found: Problem[][] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, tenant] = next;
      const answer = await kms
        .send(new DescribeKeyCommand({ KeyId: names.keyAlias(tenant.id) }))
        .catch(absent("NotFoundException"));
      found[index] = judgeKeyState(tenant, answer?.KeyMetadata);
    }
  };
  try {
    await Promise.all(Array.from({ length: WINDOW }, lane));
    return found.flat();
  } catch (error) {
    return [hiddenKeys(error, ["kms:DescribeKey"])];
  }
}

/** KMS that does not answer, or not these credentials. */
export function hiddenKeys(error: unknown, rights: readonly string[]): Problem {
  const message = `KMS does not show the tenants' keys: ${textOf(error)}; check the credentials' right to ${rights.join(", ")}`;
  return { kind: isNetworkError(error) ? "unreachable" : "credentials", message };
}

/** A run would put volumes and backups under a key that nobody can use, or that takes them with it. */
export function judgeKeyState(tenant: Tenant, key: KeyMetadata | undefined): Problem[] {
  const { KeyId = "", KeyState, DeletionDate } = key ?? {};
  const object = `the KMS key behind ${names.keyAlias(tenant.id)} of tenant ${tenant.name}`;
  const enable = `aws kms enable-key --key-id ${KeyId}`;
  if (KeyState === "PendingDeletion") {
    const when = DeletionDate === undefined ? "soon" : `on ${DeletionDate.toISOString().slice(0, 10)}`;
    const message = `${object} is destroyed ${when}, and all that it encrypts becomes unreadable; to keep it: aws kms cancel-key-deletion --key-id ${KeyId}, then ${enable}`;
    return [{ kind: "conflict", message }];
  }
  const message = `${object} is disabled, so that neither volumes nor backups can be read or written; find out why, then: ${enable}`;
  return KeyState === "Disabled" ? [{ kind: "conflict", message }] : [];
}

interface AwsRefusal {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

function refusalOf(error: unknown): { status: number; bucketRegion?: string } {
  const { $metadata, $response } = error as AwsRefusal;
  return {
    status: $metadata?.httpStatusCode ?? 0,
    bucketRegion: $response?.headers?.["x-amz-bucket-region"],
  };
}

function textOf(error: unknown): string {
  const { status } = refusalOf(error);
  if (error instanceof Error && error.message === "UnknownError" && status > 0) {
    return `it answered ${status}`;
  }
  return error instanceof Error ? error.message || error.name : String(error);
}

function isNetworkError(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === "TimeoutError" || ("code" in error && /^E[A-Z]+$/.test(String(error.code))))
  );
}
