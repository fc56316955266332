/** What a tenant's roles may do ends at the tenant's own prefix and secrets (R63, R67, R68). */

import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { ResourceCheck } from "../check";
import { textAt } from "../declared";
import { conditionOf, covers, faultsOf, listOf, statementsOf, type Statement } from "../documents";
import { ownersOf } from "../owners";

export const rolePolicies: ResourceCheck = {
  name: "role-policies",
  description:
    "The policies of a tenant's IAM roles end at that tenant's prefix and secrets (R63, R67, R68).",
  about: (type) => type === "aws:iam/rolePolicy:RolePolicy",
  judge: ({ props }, setting) => {
    const role = textAt(props, "role") ?? "";
    const holder = ownersOf(setting).roles.get(role);
    if (holder === undefined) {
      return [];
    }
    const { tenant } = holder;
    const name = textAt(props, "name") ?? "";
    const policy = textAt(props, "policy");
    const others = [NOBODY, ...setting.tenants.map(({ id }) => id).filter((id) => id !== tenant.id)];
    return [
      ...faultsOf(policy, (statement) => reachFaults(statement, tenant, others, setting.platform)),
      ...(name === names.SHUT_POLICY ? openFaults(policy) : []),
    ].map((fault) => `policy ${name} of IAM role ${role} of tenant ${tenant.name}: ${fault}`);
  },
};

/** Stands for a tenant that is still to come; the id of none, because it is no version 4 UUID. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

function reachFaults(
  statement: Statement,
  tenant: Tenant,
  others: readonly string[],
  { aws }: Platform,
): string[] {
  const bucket = names.bucketArn(aws, aws.backupBucket);
  const reaches = (pattern: string, id: string) =>
    covers(pattern, `${bucket}/${names.backupPrefix(id)}/backup`) ||
    covers(pattern, names.secretArns(aws, `${names.managedSecretName(id, "secret")}-a1b2c3`));
  const beyond = listOf(statement.Resource)
    .filter((pattern) => others.some((id) => reaches(pattern, id)))
    .map((pattern) => `reaches data of other tenants (${pattern})`);
  return [...beyond, ...listingFaults(statement, tenant, bucket)];
}

/** What shuts the role of a tenant that does not run denies everything, to everybody and always. */
function openFaults(document: string | undefined): string[] {
  const statements = document === undefined ? undefined : statementsOf(document);
  const shuts = statements?.some(
    ({ Effect, Action, Resource, Condition }) =>
      Effect === "Deny" &&
      listOf(Action).includes("*") &&
      listOf(Resource).includes("*") &&
      Condition === undefined,
  );
  return document === undefined || shuts === true ? [] : ["leaves something open"];
}

/** The bucket is everybody's: who lists it names the tenant's prefix, closing slash and all. */
function listingFaults(statement: Statement, { id }: Tenant, bucket: string): string[] {
  if (!listOf(statement.Resource).some((pattern) => covers(pattern, bucket))) {
    return [];
  }
  const prefixes = [
    ...conditionOf(statement, "StringLike", "s3:prefix"),
    ...conditionOf(statement, "StringEquals", "s3:prefix"),
  ];
  const own =
    prefixes.length > 0 && prefixes.every((prefix) => prefix.startsWith(`${names.backupPrefix(id)}/`));
  const lists = listOf(statement.Action).every((action) => action === "s3:ListBucket");
  return [
    ...(own ? [] : ["lists what other tenants keep in the bucket"]),
    ...(lists
      ? []
      : [`may do more with the whole bucket than list it (${listOf(statement.Action).join(", ")})`]),
  ];
}
