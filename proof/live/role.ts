/** Judges what the IAM roles of a tenant have in common: who takes one on, what bounds it, which policies it carries. */

import {
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  type IAMClient,
  type Role,
} from "@aws-sdk/client-iam";
import { isDeepStrictEqual } from "node:util";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Bench } from "../ledger";
import { absent, statementsOf, type Statement } from "./policy";

export interface DeclaredRole {
  readonly name: string;
  /** Whether the trust policy lets in nobody but whom it is for, and who that is. */
  readonly trusts: (statements: readonly Statement[]) => boolean;
  readonly whom: string;
  /** The inline policies: whether each stays within its bounds, and what those are. */
  readonly policies: readonly DeclaredPolicy[];
}

export interface DeclaredPolicy {
  readonly name: string;
  readonly stays: (statements: readonly Statement[]) => boolean;
  readonly bounds: string;
}

/** @returns the live role, for what is judged of it alone; undefined where it is missing. */
export async function judgeRole(
  { name: RoleName, trusts, whom, policies }: DeclaredRole,
  { aws }: Platform,
  iam: IAMClient,
  { expect }: Bench,
): Promise<Role | undefined> {
  const object = `IAM role ${RoleName}`;
  const found = await iam
    .send(new GetRoleCommand({ RoleName }))
    .catch(absent("NoSuchEntityException", "NoSuchEntity"));
  expect(object, found?.Role !== undefined, "is missing");
  if (found?.Role === undefined) {
    return undefined;
  }
  const { AssumeRolePolicyDocument, PermissionsBoundary } = found.Role;
  expect(object, trusts(statementsOf(AssumeRolePolicyDocument)), `may be assumed by others than ${whom}`);
  const boundary = names.policyArn(aws, names.TENANT_BOUNDARY);
  const { PermissionsBoundaryArn: under = "no boundary" } = PermissionsBoundary ?? {};
  expect(object, under === boundary, `stands under ${under} instead of ${boundary}`);
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  expect(
    object,
    AttachedPolicies.length === 0,
    `has more rights, by ${AttachedPolicies.map(({ PolicyName }) => PolicyName).join(", ")}`,
  );
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const declared = policies.map(({ name }) => name);
  // The engine takes away what shuts a role after the read-back; it gives nobody a right.
  const carried = PolicyNames.filter((name) => name !== names.SHUT_POLICY || declared.includes(name));
  expect(
    object,
    isDeepStrictEqual([...carried].sort(), [...declared].sort()),
    `carries the policies ${carried.join(", ") || "none"} instead of ${declared.join(", ") || "none"}`,
  );
  for (const { name, stays, bounds } of policies.filter((policy) => carried.includes(policy.name))) {
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: name }));
    expect(object, stays(statementsOf(PolicyDocument)), `reaches beyond ${bounds}`);
  }
  return found.Role;
}
