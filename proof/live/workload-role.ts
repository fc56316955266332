/** Judges the IAM role of the tenant's workloads: who may take it on, and how far it reaches (R63, R67). */

import {
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { isDeepStrictEqual } from "node:util";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { Bench } from "../ledger";
import { absent, listOf, statementsOf, type Statement } from "./policy";

/** The only inline policy of ours; what a platform attaches besides stays within the boundary. */
const POLICY = "own-secrets";

export async function judgeWorkloadRole(
  tenant: Tenant,
  platform: Platform,
  iam: IAMClient,
  { expect }: Bench,
): Promise<void> {
  const RoleName = names.workloadRoleName(tenant.id);
  const object = `IAM role ${RoleName}`;
  const found = await iam
    .send(new GetRoleCommand({ RoleName }))
    .catch(absent("NoSuchEntityException", "NoSuchEntity"));
  expect(object, found?.Role !== undefined, "is missing");
  if (found?.Role === undefined) {
    return;
  }
  const { AssumeRolePolicyDocument, PermissionsBoundary } = found.Role;
  expect(
    object,
    trustsOwnAccountsOnly(statementsOf(AssumeRolePolicyDocument), tenant, platform),
    "may be assumed by others than the tenant's own ServiceAccounts",
  );
  const boundary = names.policyArn(platform.aws, names.TENANT_BOUNDARY);
  const { PermissionsBoundaryArn: under = "no boundary" } = PermissionsBoundary ?? {};
  expect(object, under === boundary, `stands under ${under} instead of ${boundary}`);
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  expect(
    object,
    AttachedPolicies.length === 0,
    `has more rights, by ${AttachedPolicies.map(({ PolicyName }) => PolicyName).join(", ")}`,
  );
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const declared = tenant.secrets.engine === "aws-secrets-manager" ? [POLICY] : [];
  expect(
    object,
    isDeepStrictEqual(PolicyNames, declared),
    `carries the policies ${PolicyNames.join(", ") || "none"} instead of ${declared.join() || "none"}`,
  );
  if (PolicyNames.includes(POLICY)) {
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: POLICY }));
    const secrets = names.secretArns(platform.aws, names.managedSecretName(tenant.id, "*"));
    const within = statementsOf(PolicyDocument).every(
      ({ Effect, Action, Resource }) =>
        Effect === "Deny" ||
        (listOf(Resource).join() === secrets &&
          listOf(Action).every((action) => action.startsWith("secretsmanager:"))),
    );
    expect(object, within, "reaches beyond the tenant's own secrets");
  }
}

/** Whether every way in names exact ServiceAccounts of the tenant's namespaces. */
export function trustsOwnAccountsOnly(
  statements: readonly Statement[],
  tenant: Tenant,
  { cluster, aws }: Platform,
): boolean {
  const allowed = statements.filter(({ Effect }) => Effect !== "Deny");
  const provider = names.oidcProviderName(cluster.serviceAccountIssuer);
  const accounts = [names.WORKLOAD, names.SECRET_READER];
  const subjects = tenant.namespaces.flatMap(({ name }) =>
    accounts.map((account) => `system:serviceaccount:${name}:${account}`),
  );
  const namespaces = tenant.namespaces.map(({ name }) => name);
  const within = (values: readonly string[], of: readonly string[]) =>
    values.length > 0 && values.every((value) => of.includes(value));
  return (
    allowed.length > 0 &&
    allowed.every(({ Principal = {}, Action, Condition }) => {
      const equals = (key: string) => listOf(Condition?.["StringEquals"]?.[key]);
      const byToken =
        isDeepStrictEqual(Principal, {
          Federated: names.oidcProviderArn(aws, cluster.serviceAccountIssuer),
        }) &&
        listOf(Action).join() === "sts:AssumeRoleWithWebIdentity" &&
        within(equals(`${provider}:sub`), subjects) &&
        equals(`${provider}:aud`).join() === "sts.amazonaws.com";
      const byPod =
        isDeepStrictEqual(Principal, { Service: "pods.eks.amazonaws.com" }) &&
        within(listOf(Action), ["sts:AssumeRole", "sts:TagSession"]) &&
        equals("aws:SourceAccount").join() === aws.accountId &&
        equals("aws:RequestTag/eks-cluster-name").join() === (aws.eksCluster ?? cluster.name) &&
        within(equals("aws:RequestTag/kubernetes-namespace"), namespaces) &&
        equals("aws:RequestTag/kubernetes-service-account").join() === names.WORKLOAD;
      return byToken || byPod;
    })
  );
}
