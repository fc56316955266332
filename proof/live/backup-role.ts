/** Judges the IAM role of the tenant's backups: assumed by Velero alone, ending at the tenant's prefix (R67, R68). */

import {
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { Bench } from "../ledger";
import { absent, listOf, onlyValue, statementsOf, type Statement } from "./policy";
import { judgeTags, tagsOf } from "./tags";

const POLICY = "backup-prefix";

export async function judgeBackupRole(
  tenant: Tenant,
  platform: Platform,
  iam: IAMClient,
  bench: Bench,
): Promise<void> {
  const { expect } = bench;
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
  judgeTags(object, tagsOf(found.Role.Tags), labels.tenantTags(tenant), bench);
  const boundary = names.policyArn(platform.aws, names.TENANT_BOUNDARY);
  const { PermissionsBoundaryArn: under = "no boundary" } = found.Role.PermissionsBoundary ?? {};
  expect(object, under === boundary, `stands under ${under} instead of ${boundary}`);
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  expect(
    object,
    AttachedPolicies.length === 0,
    `has more rights, by ${AttachedPolicies.map(({ PolicyName }) => PolicyName).join(", ")}`,
  );
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  expect(
    object,
    PolicyNames.join() === POLICY,
    `carries the policies ${PolicyNames.join(", ") || "none"} instead of ${POLICY}`,
  );
  if (PolicyNames.includes(POLICY)) {
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: POLICY }));
    expect(
      object,
      staysInPrefix(statementsOf(PolicyDocument), tenant, platform),
      "reaches beyond its own prefix",
    );
  }
}

/** Whether a trust policy takes exactly one ServiceAccount of exactly one cluster, by web identity. */
export function trustsVeleroOnly(statements: readonly Statement[], { cluster, aws }: Platform): boolean {
  const provider = names.oidcProviderName(cluster.serviceAccountIssuer);
  const federated = names.oidcProviderArn(aws, cluster.serviceAccountIssuer);
  const subject = `system:serviceaccount:${cluster.backupNamespace}:velero`;
  const allowed = statements.filter(({ Effect }) => Effect !== "Deny");
  return (
    allowed.length > 0 &&
    allowed.every((statement) => {
      const { Principal = {}, Action } = statement;
      return (
        typeof Principal === "object" &&
        Object.keys(Principal).join() === "Federated" &&
        listOf(Principal["Federated"]).join() === federated &&
        listOf(Action).join() === "sts:AssumeRoleWithWebIdentity" &&
        onlyValue(statement, "StringEquals", `${provider}:sub`) === subject &&
        onlyValue(statement, "StringEquals", `${provider}:aud`) === "sts.amazonaws.com"
      );
    })
  );
}

/** What Velero does with objects; `s3:*` would take in their ACLs and versions. */
const OBJECT_ACTIONS = [
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:GetObject",
  "s3:ListMultipartUploadParts",
  "s3:PutObject",
];

/** Whether every permission ends inside the tenant's prefix, closing slash included. */
export function staysInPrefix(statements: readonly Statement[], tenant: Tenant, { aws }: Platform): boolean {
  const bucket = names.bucketArn(aws, aws.backupBucket);
  const prefix = `${names.backupPrefix(tenant.id)}/`;
  return statements
    .filter(({ Effect }) => Effect !== "Deny")
    .every(({ Action, Resource, Condition }) => {
      const actions = listOf(Action);
      const resources = listOf(Resource);
      const listed = listOf(Condition?.["StringLike"]?.["s3:prefix"]);
      const listsOwn =
        actions.join() === "s3:ListBucket" &&
        resources.join() === bucket &&
        listed.length > 0 &&
        listed.every((path) => path.startsWith(prefix));
      const usesOwn =
        actions.length > 0 &&
        actions.every((action) => OBJECT_ACTIONS.includes(action)) &&
        resources.length > 0 &&
        resources.every((resource) => resource.startsWith(`${bucket}/${prefix}`));
      return listsOwn || usesOwn;
    });
}
