/** Judges the IAM role of the tenant's backups: assumed by Velero alone, ending at the tenant's prefix (R67, R68). */

import type { IAMClient } from "@aws-sdk/client-iam";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { Bench } from "../ledger";
import { listOf, onlyValue, type Statement } from "./policy";
import { judgeRole } from "./role";
import { judgeTags, tagsOf } from "./tags";

export async function judgeBackupRole(
  tenant: Tenant,
  platform: Platform,
  iam: IAMClient,
  bench: Bench,
): Promise<void> {
  const name = names.backupRoleName(tenant.id);
  const declared = {
    name,
    trusts: (statements: readonly Statement[]) => trustsVeleroOnly(statements, platform),
    whom: "Velero of this cluster",
    policies: [
      {
        name: "backup-prefix",
        stays: (statements: readonly Statement[]) => staysInPrefix(statements, tenant, platform),
        bounds: "its own prefix",
      },
    ],
  };
  const role = await judgeRole(declared, platform, iam, bench);
  if (role !== undefined) {
    judgeTags(`IAM role ${name}`, tagsOf(role.Tags), labels.tenantTags(tenant), bench);
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
