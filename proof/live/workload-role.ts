/** Judges the IAM role of the tenant's workloads: who may take it on, and how far it reaches (R63, R67). */

import type { IAMClient } from "@aws-sdk/client-iam";
import { isDeepStrictEqual } from "node:util";
import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { Bench } from "../ledger";
import { listOf, type Statement } from "./policy";
import { judgeRole, type DeclaredPolicy } from "./role";

export async function judgeWorkloadRole(
  tenant: Tenant,
  platform: Platform,
  iam: IAMClient,
  bench: Bench,
): Promise<void> {
  const declared = {
    name: names.workloadRoleName(tenant.id),
    trusts: (statements: readonly Statement[]) => trustsOwnAccountsOnly(statements, tenant, platform),
    whom: "the tenant's own ServiceAccounts",
    policies: policiesOf(tenant, platform),
  };
  await judgeRole(declared, platform, iam, bench);
}

function policiesOf(tenant: Tenant, platform: Platform): DeclaredPolicy[] {
  const secrets: DeclaredPolicy = {
    name: "own-secrets",
    stays: (statements) => staysInSecrets(statements, tenant, platform),
    bounds: "the tenant's own secrets",
  };
  const shut: DeclaredPolicy = {
    name: names.SHUT_POLICY,
    stays: deniesEverything,
    bounds: "nothing at all: it does not deny everything, and the tenant does not run",
  };
  return [
    ...(tenant.secrets.engine === "aws-secrets-manager" ? [secrets] : []),
    ...(presenceOf(tenant).runs ? [] : [shut]),
  ];
}

function deniesEverything(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ Effect, Action, Resource, Condition }) =>
      Effect === "Deny" &&
      listOf(Action).join() === "*" &&
      listOf(Resource).join() === "*" &&
      Condition === undefined,
  );
}

function staysInSecrets(statements: readonly Statement[], tenant: Tenant, { aws }: Platform): boolean {
  const secrets = names.secretArns(aws, names.managedSecretName(tenant.id, "*"));
  return statements.every(
    ({ Effect, Action, Resource }) =>
      Effect === "Deny" ||
      (listOf(Resource).join() === secrets &&
        listOf(Action).every((action) => action.startsWith("secretsmanager:"))),
  );
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
