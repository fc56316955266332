/** Judges the live AWS account: the tenant's key and backup role, and the bucket of all. */

import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import { GetBucketPolicyCommand, GetPublicAccessBlockCommand, S3Client } from "@aws-sdk/client-s3";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { Bench, Ledger } from "../ledger";

export interface AwsClients {
  readonly kms: KMSClient;
  readonly iam: IAMClient;
  readonly s3: S3Client;
}

export function awsClients({ aws }: Platform): AwsClients {
  // KMS answers few requests a second; the SDK waits and asks again.
  const options = { region: aws.region, maxAttempts: 8 };
  return {
    kms: new KMSClient(options),
    iam: new IAMClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
  };
}

interface Statement {
  readonly Effect: string;
  readonly Principal?: { readonly AWS?: string | string[]; readonly Federated?: string };
  readonly Action?: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

export async function judgeAws(
  tenant: Tenant,
  platform: Platform,
  clients: AwsClients,
  ledger: Ledger,
): Promise<void> {
  await judgeKey(tenant, platform, clients, ledger.bench(tenant.name, "encryption"));
  await judgeBackupRole(tenant, platform, clients, ledger.bench(tenant.name, "backup"));
}

async function judgeKey(
  tenant: Tenant,
  platform: Platform,
  { kms }: AwsClients,
  { expect }: Bench,
): Promise<void> {
  const alias = names.keyAlias(tenant.id);
  const object = `KMS key ${alias}`;
  const described = await kms
    .send(new DescribeKeyCommand({ KeyId: alias }))
    .catch(absent("NotFoundException"));
  const metadata = described?.KeyMetadata;
  expect(object, metadata !== undefined, "is missing");
  if (metadata === undefined) {
    return;
  }
  const { KeyId, KeyState } = metadata;
  expect(object, KeyState === "Enabled", `is ${KeyState ?? "in no known state"} instead of Enabled`);
  const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
  expect(object, KeyRotationEnabled === true, "is not rotated");
  const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
  for (const fault of keyPolicyFaults(statementsOf(Policy), tenant, platform)) {
    expect(object, false, fault);
  }
  expect(object, Policy !== undefined, "has no policy");
}

/** Actions that give somebody the data, or the power to give it on. */
const USE =
  /^kms:(\*|Decrypt|Encrypt|GenerateDataKey.*|GenerateMac|ReEncrypt.*|CreateGrant|Sign|Create\*|Generate\*|.*\*)$/;

/** What in a key policy opens the key to more than the two paths of `model`: volumes by EC2, backups by S3. */
export function keyPolicyFaults(
  statements: readonly Statement[],
  tenant: Tenant,
  { aws }: Platform,
): string[] {
  const root = `arn:${aws.partition}:iam::${aws.accountId}:root`;
  const csi = names.roleArn(aws, aws.ebsCsiRole);
  const backup = names.roleArn(aws, names.backupRoleName(tenant.id));
  const prefix = `${names.bucketArn(aws, aws.backupBucket)}/${names.backupPrefix(tenant.id)}/*`;
  const via = (statement: Statement, service: string) =>
    statement.Condition?.["StringEquals"]?.["kms:ViaService"] === `${service}.${aws.region}.amazonaws.com`;
  return statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap((statement) => {
      const uses = listOf(statement.Action).filter((action) => USE.test(action));
      if (statement.Action === undefined) {
        return ["allows everything but some actions"];
      }
      if (uses.length === 0) {
        return [];
      }
      const legal = (principal: string) =>
        (principal === csi && via(statement, "ec2")) ||
        (principal === backup &&
          via(statement, "s3") &&
          statement.Condition?.["StringLike"]?.["kms:EncryptionContext:aws:s3:arn"] === prefix);
      const principals =
        statement.Principal?.AWS === undefined ? ["everybody"] : listOf(statement.Principal.AWS);
      return principals
        .filter((principal) => !legal(principal))
        .map(
          (principal) =>
            `lets ${principal === root ? "the whole account" : principal} use it (${uses.join(", ")})`,
        );
    });
}

async function judgeBackupRole(
  tenant: Tenant,
  platform: Platform,
  { iam }: AwsClients,
  { expect }: Bench,
): Promise<void> {
  const RoleName = names.backupRoleName(tenant.id);
  const object = `IAM role ${RoleName}`;
  const found = await iam
    .send(new GetRoleCommand({ RoleName }))
    .catch(absent("NoSuchEntityException", "NoSuchEntity"));
  expect(object, found?.Role !== undefined, "is missing");
  if (found?.Role === undefined) {
    return;
  }
  expect(
    object,
    trustsVeleroOnly(statementsOf(found.Role.AssumeRolePolicyDocument), platform),
    "may be assumed by others than Velero of this cluster",
  );
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  expect(
    object,
    AttachedPolicies.length === 0,
    `has more rights, by ${AttachedPolicies.map(({ PolicyName }) => PolicyName).join(", ")}`,
  );
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  expect(
    object,
    PolicyNames.join() === "backup-prefix",
    `carries the policies ${PolicyNames.join(", ") || "none"} instead of backup-prefix`,
  );
  if (PolicyNames.includes("backup-prefix")) {
    const { PolicyDocument } = await iam.send(
      new GetRolePolicyCommand({ RoleName, PolicyName: "backup-prefix" }),
    );
    expect(
      object,
      staysInPrefix(statementsOf(PolicyDocument), tenant, platform),
      "reaches beyond its own prefix",
    );
  }
}

/** Whether a trust policy takes exactly one ServiceAccount of exactly one cluster. */
export function trustsVeleroOnly(statements: readonly Statement[], { cluster, aws }: Platform): boolean {
  const provider = names.oidcProviderName(cluster.serviceAccountIssuer);
  const federated = names.oidcProviderArn(aws, cluster.serviceAccountIssuer);
  const subject = `system:serviceaccount:${cluster.backupNamespace}:velero`;
  return (
    statements.length > 0 &&
    statements.every(({ Principal, Condition }) => {
      const equals = Condition?.["StringEquals"];
      return (
        Principal?.Federated === federated &&
        Principal.AWS === undefined &&
        equals?.[`${provider}:sub`] === subject &&
        equals[`${provider}:aud`] === "sts.amazonaws.com"
      );
    })
  );
}

/** Whether every permission ends inside the tenant's prefix, closing slash included. */
export function staysInPrefix(statements: readonly Statement[], tenant: Tenant, { aws }: Platform): boolean {
  const bucket = names.bucketArn(aws, aws.backupBucket);
  const prefix = `${names.backupPrefix(tenant.id)}/`;
  return statements.every((statement) => {
    const listed = statement.Condition?.["StringLike"]?.["s3:prefix"];
    const listsOwn =
      listOf(statement.Action).join() === "s3:ListBucket" &&
      listed !== undefined &&
      listOf(listed).every((path) => path.startsWith(prefix));
    const resources = listOf(statement.Resource);
    return (
      statement.Effect === "Deny" ||
      (resources.length > 0 &&
        resources.every(
          (resource) => resource.startsWith(`${bucket}/${prefix}`) || (resource === bucket && listsOwn),
        ))
    );
  });
}

/** Judges what all tenants share: the bucket. */
export async function judgeBucket({ aws }: Platform, { s3 }: AwsClients, ledger: Ledger): Promise<void> {
  const { expect } = ledger.bench("(platform)", "backup");
  const Bucket = aws.backupBucket;
  const object = `bucket ${Bucket}`;
  const { Policy } =
    (await s3.send(new GetBucketPolicyCommand({ Bucket })).catch(absent("NoSuchBucketPolicy"))) ?? {};
  const denies = statementsOf(Policy)
    .filter(({ Effect }) => Effect === "Deny")
    .map(({ Condition }) => JSON.stringify(Condition));
  expect(object, denies.includes('{"Bool":{"aws:SecureTransport":"false"}}'), "takes requests without TLS");
  expect(
    object,
    denies.includes('{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}'),
    "takes objects that no KMS key encrypts",
  );
  const block = await s3
    .send(new GetPublicAccessBlockCommand({ Bucket }))
    .catch(absent("NoSuchPublicAccessBlockConfiguration"));
  const flags = Object.values(block?.PublicAccessBlockConfiguration ?? {});
  expect(object, flags.length === 4 && flags.every((flag) => flag === true), "is not closed to the public");
}

function statementsOf(document: string | undefined): Statement[] {
  if (document === undefined) {
    return [];
  }
  // IAM hands its documents out URL-encoded.
  const text = document.startsWith("%") ? decodeURIComponent(document) : document;
  return (JSON.parse(text) as { Statement: Statement[] }).Statement;
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

function absent(...errors: string[]): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof Error && errors.includes(error.name)) {
      return undefined;
    }
    throw error;
  };
}
