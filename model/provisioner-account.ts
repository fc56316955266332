/**
 * What the provisioner may do in AWS: make and remove what tenants consist of, by name and tag, and use none of it
 * (R1-R4). The denies hold whatever the policy of a key, a secret or the bucket says, also one that it wrote itself.
 *
 * IAM has no condition on what a policy says: whoever may write the policies of roles, keys and secrets can name an
 * identity in them that it holds elsewhere. Only a resource control policy of the organisation closes that.
 */

import * as names from "./names";
import type { PlatformSpec } from "./platform";
import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";
import { bucketRights, keyRights, secretRights, USES } from "./provisioner-data";
import { eksRights, passedTo, rolesOfNodes } from "./provisioner-eks";

/** The policy of the provisioner's role. */
export function provisionerPolicy(platform: PlatformSpec): PolicyDocument {
  const roles = [names.backupRoleName("*"), names.workloadRoleName("*")].map((role) =>
    names.roleArn(platform.aws, role),
  );
  return policyDocument(
    ...roleRights(platform, roles),
    ...keyRights(platform),
    ...secretRights(platform),
    ...bucketRights(platform),
    ...eksRights(platform, roles),
    { Sid: "UseNothing", Effect: "Deny", Action: [...USES, "sts:Assume*", "sts:Get*Token"], Resource: "*" },
  );
}

/** Tenants' roles, by name and under the boundary; no other role, and nothing else of IAM. */
function roleRights(platform: PlatformSpec, roles: readonly string[]): Statement[] {
  const boundary = names.policyArn(platform.aws, names.TENANT_BOUNDARY);
  const services = passedTo(platform);
  const deny = { Effect: "Deny", Resource: "*" } as const;
  return [
    {
      Sid: "KeepTenantsRoles",
      Effect: "Allow",
      Action: [
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListRolePolicies",
        "iam:ListRoleTags",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
      ],
      Resource: roles,
    },
    {
      Sid: "LeaveTheRestOfIamAlone",
      Effect: "Deny",
      Action: "iam:*",
      NotResource: [...roles, ...rolesOfNodes(platform)],
    },
    {
      Sid: "StayUnderTheBoundary",
      ...deny,
      // Of these the key tells the boundary that the role has, or is to get.
      Action: ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
      Condition: { StringNotEquals: { "iam:PermissionsBoundary": boundary } },
    },
    {
      Sid: "KeepTheBoundary",
      ...deny,
      Action: ["iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary"],
    },
    {
      Sid: "HandRolesToNobodyElse",
      ...deny,
      Action: "iam:PassRole",
      ...(services.length > 0 && { Condition: { StringNotEquals: { "iam:PassedToService": services } } }),
    },
  ];
}

/** Who may take on the provisioner's role, and nobody else. */
export function provisionerTrust({ aws }: PlatformSpec) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Pipelines",
        Effect: "Allow",
        Principal: { AWS: aws.provisionerPrincipals },
        Action: "sts:AssumeRole",
      },
    ],
  };
}
