/** A tenant's role is taken on by ServiceAccounts that are named in full, for this audience alone (R67, R70). */

import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { ResourceCheck } from "../check";
import { at, textAt, UNKNOWN } from "../declared";
import { comparesOnly, faultsOf, listOf, principalsOf, type Statement } from "../documents";
import { ownersOf, type RolePurpose } from "../owners";

export const trustPolicies: ResourceCheck = {
  name: "trust-policies",
  description:
    "The IAM roles of a tenant are bounded, and trust that tenant's own ServiceAccounts by exact name (R4, R67, R70).",
  about: (type) => type === "aws:iam/role:Role",
  judge: ({ props }, setting) => {
    const role = textAt(props, "name") ?? "";
    const holder = ownersOf(setting).roles.get(role);
    if (holder === undefined) {
      return [];
    }
    const { tenant, purpose } = holder;
    const { platform } = setting;
    const boundary = at(props, "permissionsBoundary");
    const wanted = names.policyArn(platform.aws, names.TENANT_BOUNDARY);
    return [
      ...(boundary === wanted || boundary === UNKNOWN ? [] : [`is not bounded by ${names.TENANT_BOUNDARY}`]),
      ...faultsOf(textAt(props, "assumeRolePolicy"), (statement) =>
        trustFaults(statement, tenant, purpose, platform),
      ),
    ].map((fault) => `IAM role ${role} of tenant ${tenant.name}: ${fault}`);
  },
};

function trustFaults(
  statement: Statement,
  tenant: Tenant,
  purpose: RolePurpose,
  platform: Platform,
): string[] {
  const principals = principalsOf(statement);
  if (principals.length === 0) {
    return ["trusts nobody that one could name"];
  }
  return principals.flatMap((principal) => {
    switch (principal) {
      case names.oidcProviderArn(platform.aws, platform.cluster.serviceAccountIssuer):
        return webIdentityFaults(statement, tenant, purpose, platform);
      case "pods.eks.amazonaws.com":
        return podIdentityFaults(statement, tenant, purpose, platform);
      default:
        return [`trusts ${principal === "*" ? "everybody" : principal}`];
    }
  });
}

/** Compared, never matched: `StringLike` on a subject lets in whoever chooses its name well. */
function webIdentityFaults(
  statement: Statement,
  tenant: Tenant,
  purpose: RolePurpose,
  { cluster }: Platform,
): string[] {
  const provider = names.oidcProviderName(cluster.serviceAccountIssuer);
  const accounts =
    purpose === "backup"
      ? [`system:serviceaccount:${cluster.backupNamespace}:velero`]
      : tenant.namespaces.flatMap((namespace) =>
          [names.WORKLOAD, names.SECRET_READER].map(
            (account) => `system:serviceaccount:${namespace.name}:${account}`,
          ),
        );
  const only = (claim: string, among: readonly string[]) =>
    comparesOnly(statement, "StringEquals", `${provider}:${claim}`, among);
  const actions = listOf(statement.Action);
  return [
    ...(actions.every((action) => action === "sts:AssumeRoleWithWebIdentity")
      ? []
      : [`allows ${actions.join(", ")} by web identity`]),
    ...(only("aud", ["sts.amazonaws.com"]) ? [] : ["does not compare the audience of the token (aud)"]),
    ...(only("sub", accounts)
      ? []
      : ["does not compare the ServiceAccount of the token (sub) with the tenant's own alone"]),
  ];
}

function podIdentityFaults(
  statement: Statement,
  tenant: Tenant,
  purpose: RolePurpose,
  { aws, cluster }: Platform,
): string[] {
  const only = (tag: string, among: readonly string[]) =>
    comparesOnly(statement, "StringEquals", `aws:RequestTag/${tag}`, among);
  const own =
    purpose === "workload" &&
    only("eks-cluster-name", [aws.eksCluster ?? cluster.name]) &&
    only(
      "kubernetes-namespace",
      tenant.namespaces.map(({ name }) => name),
    ) &&
    only("kubernetes-service-account", [names.WORKLOAD]);
  return own ? [] : ["trusts pods other than those of the tenant's own ServiceAccount in this cluster"];
}
