/** Judges the tenant's KMS key: its own, alive, rotated, and used by nobody but volumes and backups (R65, R66). */

import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListGrantsCommand,
  type GrantListEntry,
  type KMSClient,
} from "@aws-sdk/client-kms";
import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { Bench } from "../ledger";
import { judgeKeyOwner } from "./key-owner";
import { absent, covers, listOf, onlyValue, statementsOf, type Statement } from "./policy";

export async function judgeKey(
  tenant: Tenant,
  platform: Platform,
  kms: KMSClient,
  bench: Bench,
): Promise<void> {
  const { expect } = bench;
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
  await judgeKeyOwner(tenant, kms, KeyId ?? alias, bench);
  expect(object, KeyState === "Enabled", `is ${KeyState ?? "in no known state"} instead of Enabled`);
  const { rotationDays } = tenant.encryption;
  // AWS always tells the period; emulators know only whether the key is rotated.
  const { KeyRotationEnabled, RotationPeriodInDays = rotationDays } = await kms.send(
    new GetKeyRotationStatusCommand({ KeyId }),
  );
  expect(object, KeyRotationEnabled === true, "is not rotated");
  expect(
    object,
    KeyRotationEnabled !== true || RotationPeriodInDays <= rotationDays,
    `is rotated every ${RotationPeriodInDays} days instead of ${rotationDays}`,
  );
  const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
  expect(object, Policy !== undefined, "has no policy");
  for (const fault of keyPolicyFaults(statementsOf(Policy), tenant, platform)) {
    expect(object, false, fault);
  }
  for (const { GranteePrincipal = "somebody", Operations = [] } of await grantsOf(kms, KeyId)) {
    expect(
      object,
      isVolumeGrant(GranteePrincipal, platform),
      `is granted to ${GranteePrincipal} (${Operations.join(", ")})`,
    );
  }
}

async function grantsOf(kms: KMSClient, KeyId: string | undefined): Promise<GrantListEntry[]> {
  const grants: GrantListEntry[] = [];
  let Marker: string | undefined;
  do {
    const page = await kms.send(new ListGrantsCommand({ KeyId, Marker }));
    grants.push(...(page.Grants ?? []));
    Marker = page.Truncated === true ? page.NextMarker : undefined;
  } while (Marker !== undefined);
  return grants;
}

/** EC2 gets a grant for each attached volume, for the instance alone. */
function isVolumeGrant(grantee: string, { aws }: Platform): boolean {
  return (
    grantee === names.roleArn(aws, aws.ebsCsiRole) ||
    grantee.startsWith(`arn:${aws.partition}:sts::${aws.accountId}:assumed-role/aws:ec2-infrastructure/i-`)
  );
}

/** Actions that give somebody the data, or the power to give it on. */
const USE = [
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:DeriveSharedSecret",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyPair",
  "kms:GenerateDataKeyPairWithoutPlaintext",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:GenerateMac",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:ReplicateKey",
  "kms:Sign",
];

/** Actions that change the key or whom it serves: the account's alone. */
const RULE = [
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:ScheduleKeyDeletion",
  "kms:UpdateAlias",
];

const VOLUMES = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncrypt*",
  "kms:CreateGrant",
];
const BACKUPS = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"];
const SECRETS = ["kms:Decrypt", "kms:GenerateDataKey"];

/** What in a key policy opens the key beyond the paths of `model`: volumes by EC2, backups by S3, own secrets. */
export function keyPolicyFaults(
  statements: readonly Statement[],
  tenant: Tenant,
  platform: Platform,
): string[] {
  const root = `arn:${platform.aws.partition}:iam::${platform.aws.accountId}:root`;
  return statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap((statement) => {
      if (statement.Action === undefined) {
        return ["allows everything but some actions"];
      }
      if (statement.Principal === undefined) {
        return ["allows everybody but some principals"];
      }
      const actions = listOf(statement.Action);
      const among = (powers: readonly string[]) =>
        actions.filter((pattern) => powers.some((power) => covers(pattern, power)));
      return principalsOf(statement).flatMap((principal) => {
        const powers = among(principal === root ? USE : [...USE, ...RULE]);
        if (powers.length === 0 || isDeclaredUse(statement, principal, tenant, platform)) {
          return [];
        }
        const who = principal === root ? "the whole account" : principal === "*" ? "everybody" : principal;
        return [`lets ${who} use it (${powers.join(", ")})`];
      });
    });
}

function principalsOf({ Principal = {} }: Statement): string[] {
  return typeof Principal === "string" ? [Principal] : Object.values(Principal).flatMap(listOf);
}

function isDeclaredUse(statement: Statement, principal: string, tenant: Tenant, { aws }: Platform): boolean {
  if (!presenceOf(tenant).stands) {
    return false;
  }
  const actions = listOf(statement.Action);
  const within = (declared: readonly string[]) => actions.every((action) => declared.includes(action));
  const via = (service: string) =>
    onlyValue(statement, "StringEquals", "kms:ViaService") === `${service}.${aws.region}.amazonaws.com`;
  if (principal === names.roleArn(aws, aws.ebsCsiRole)) {
    const grantsForEc2 = onlyValue(statement, "Bool", "kms:GrantIsForAWSResource") === "true";
    return within(VOLUMES) && via("ec2") && (!actions.includes("kms:CreateGrant") || grantsForEc2);
  }
  if (principal === names.roleArn(aws, names.workloadRoleName(tenant.id))) {
    const secrets = names.secretArns(aws, names.managedSecretName(tenant.id, "*"));
    return (
      tenant.secrets.engine === "aws-secrets-manager" &&
      within(SECRETS) &&
      via("secretsmanager") &&
      onlyValue(statement, "StringLike", "kms:EncryptionContext:SecretARN") === secrets
    );
  }
  const prefix = `${names.bucketArn(aws, aws.backupBucket)}/${names.backupPrefix(tenant.id)}/*`;
  return (
    principal === names.roleArn(aws, names.backupRoleName(tenant.id)) &&
    within(BACKUPS) &&
    via("s3") &&
    onlyValue(statement, "StringLike", "kms:EncryptionContext:aws:s3:arn") === prefix
  );
}
