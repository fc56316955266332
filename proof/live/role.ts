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
  /** The inline policy, where the role has one, whether it stays within its bounds, and what those are. */
  readonly policy?: {
    readonly name: string;
    readonly stays: (statements: readonly Statement[]) => boolean;
    readonly bounds: string;
  };
}

/** @returns the live role, for what is judged of it alone; undefined where it is missing. */
export async function judgeRole(
  { name: RoleName, trusts, whom, policy }: DeclaredRole,
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
  const declared = policy === undefined ? [] : [policy.name];
  expect(
    object,
    isDeepStrictEqual(PolicyNames, declared),
    `carries the policies ${PolicyNames.join(", ") || "none"} instead of ${declared.join() || "none"}`,
  );
  if (policy !== undefined && PolicyNames.includes(policy.name)) {
    const request = new GetRolePolicyCommand({ RoleName, PolicyName: policy.name });
    const { PolicyDocument } = await iam.send(request);
    expect(object, policy.stays(statementsOf(PolicyDocument)), `reaches beyond ${policy.bounds}`);
  }
  return found.Role;
}
