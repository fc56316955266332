/** A tenant's key opens to volumes, backups and secrets of that tenant, each through one service, and to nobody else. */

import * as labels from "../../model/labels";
import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { ResourceCheck } from "../check";
import { at, textAt, type Properties } from "../declared";
import {
  comparesOnly,
  conditionOf,
  covers,
  faultsOf,
  listOf,
  principalsOf,
  type Statement,
} from "../documents";
import { taggedOwner } from "../owners";

export const keyPolicies: ResourceCheck = {
  name: "key-policies",
  description: "The KMS key of a tenant is rotated, and opens to that tenant's identities alone (R65, R66).",
  about: (type) => type === "aws:kms/key:Key",
  judge: ({ name, props }, setting) => {
    const tenant = taggedOwner(props, setting);
    if (tenant === undefined) {
      return setting.kind === "list"
        ? [
            `KMS key ${name}: its tag ${labels.TENANT} names no tenant of this list; tag it with its tenant's id`,
          ]
        : [];
    }
    const { platform } = setting;
    return [
      ...careFaults(props, tenant),
      ...faultsOf(textAt(props, "policy"), (statement) => openingFaults(statement, tenant, platform)),
    ].map((fault) => `KMS key of tenant ${tenant.name}: ${fault}`);
  },
};

function careFaults(props: Properties, { encryption }: Tenant): string[] {
  const { rotationPeriodInDays: period, deletionWindowInDays: window } = props;
  return [
    ...(props["enableKeyRotation"] === true ? [] : ["is not rotated"]),
    ...(typeof period === "number" && period > encryption.rotationDays
      ? [`is rotated every ${period} days instead of ${encryption.rotationDays}`]
      : []),
    ...(typeof window === "number" && window < encryption.deletionWindowDays
      ? [`is destroyed after ${window} days instead of ${encryption.deletionWindowDays}`]
      : []),
    ...(at(props, "policy") === undefined ? ["has no policy, which opens it to the whole account"] : []),
  ];
}

/** What gives somebody the data, or the power to give it on. */
const USE = [
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyPair",
  "kms:GenerateDataKeyPairWithoutPlaintext",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:GenerateMac",
  "kms:DeriveSharedSecret",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:ReplicateKey",
  "kms:Sign",
];
/** What everybody in the policy may do besides. */
const HARMLESS = ["kms:DescribeKey"];

function openingFaults(statement: Statement, tenant: Tenant, platform: Platform): string[] {
  const { aws } = platform;
  const root = `arn:${aws.partition}:iam::${aws.accountId}:root`;
  const actions = listOf(statement.Action);
  const uses = actions.filter((pattern) => USE.some((use) => covers(pattern, use)));
  return principalsOf(statement).flatMap((principal) => {
    if (principal === root) {
      return uses.length > 0 ? [`lets the whole account use it (${uses.join(", ")})`] : [];
    }
    const way = presenceOf(tenant).stands ? wayOf(principal, tenant, platform) : undefined;
    if (way === undefined) {
      return [`lets ${principal === "*" ? "everybody" : principal} in (${actions.join(", ")})`];
    }
    if (actions.every((action) => HARMLESS.includes(action))) {
      return [];
    }
    return way(statement)
      ? []
      : [`lets ${principal} use it otherwise than for this tenant (${actions.join(", ")})`];
  });
}

/** How a principal may use the key; undefined for one that has no business with it. */
function wayOf(
  principal: string,
  tenant: Tenant,
  { aws }: Platform,
): ((statement: Statement) => boolean) | undefined {
  const through = (statement: Statement, service: string) =>
    comparesOnly(statement, "StringEquals", "kms:ViaService", [`${service}.${aws.region}.amazonaws.com`]);
  const under = (statement: Statement, key: string, pattern: string) =>
    comparesOnly(statement, "StringLike", `kms:EncryptionContext:${key}`, [pattern]) &&
    listOf(statement.Action).every((action) => ["kms:Decrypt", "kms:GenerateDataKey"].includes(action));
  const prefix = `${names.bucketArn(aws, aws.backupBucket)}/${names.backupPrefix(tenant.id)}/*`;
  const secrets = names.secretArns(aws, names.managedSecretName(tenant.id, "*"));
  switch (principal) {
    case names.roleArn(aws, aws.ebsCsiRole):
      return (statement) =>
        through(statement, "ec2") &&
        (!listOf(statement.Action).some((action) => covers(action, "kms:CreateGrant")) ||
          conditionOf(statement, "Bool", "kms:GrantIsForAWSResource").join() === "true");
    case names.roleArn(aws, names.backupRoleName(tenant.id)):
      return (statement) => through(statement, "s3") && under(statement, "aws:s3:arn", prefix);
    case names.roleArn(aws, names.workloadRoleName(tenant.id)):
      return (statement) =>
        tenant.secrets.engine === "aws-secrets-manager" &&
        through(statement, "secretsmanager") &&
        under(statement, "SecretARN", secrets);
    default:
      return undefined;
  }
}
