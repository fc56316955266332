/** The provisioner's rights where EKS gives pods their role (R67) or makes nodes of tenants' own (R40). */

import * as names from "./names";
import type { PlatformSpec } from "./platform";
import type { Statement } from "./policy-document";

const TO_PODS = ["pods.eks.amazonaws.com"];
/** EKS takes the role of nodes and puts it on their instances. */
const TO_NODES = ["ec2.amazonaws.com", "eks.amazonaws.com"];

/** The services that the provisioner hands roles to; none where EKS does neither. */
export function passedTo(platform: PlatformSpec): string[] {
  return [...(givesPodsRoles(platform) ? TO_PODS : []), ...(makesNodes(platform) ? TO_NODES : [])];
}

/** @param roles of tenants. */
export function eksRights(platform: PlatformSpec, roles: readonly string[]): Statement[] {
  return [
    ...(givesPodsRoles(platform) ? podRights(platform, roles) : []),
    ...(makesNodes(platform) ? nodeRights(platform) : []),
  ];
}

/** The role of nodes, and the one with which EKS itself keeps their groups; it asks for both as the caller. */
export function rolesOfNodes(platform: PlatformSpec): string[] {
  const own = "aws-service-role/eks-nodegroup.amazonaws.com/AWSServiceRoleForAmazonEKSNodegroup";
  return makesNodes(platform)
    ? [names.roleArn(platform.aws, platform.nodes.role ?? ""), names.roleArn(platform.aws, own)]
    : [];
}

function givesPodsRoles({ aws }: PlatformSpec): boolean {
  return aws.workloadIdentity === "pod-identity";
}

function makesNodes({ nodes }: PlatformSpec): boolean {
  return nodes.engine === "eks";
}

function podRights(platform: PlatformSpec, roles: readonly string[]): Statement[] {
  const { cluster, parts } = eks(platform, "podidentityassociation");
  return [
    {
      Sid: "AssociateRolesWithPods",
      Effect: "Allow",
      Action: [
        "eks:CreatePodIdentityAssociation",
        "eks:DeletePodIdentityAssociation",
        "eks:DescribePodIdentityAssociation",
        "eks:ListPodIdentityAssociations",
        "eks:ListTagsForResource",
        "eks:TagResource",
        "eks:UntagResource",
        "eks:UpdatePodIdentityAssociation",
      ],
      Resource: [cluster, `${parts}/*`],
    },
    handOver("HandPodsTheirRole", roles, TO_PODS),
  ];
}

/** EKS starts instances with the caller's rights. A group may ask for any key pair of the account: keep none there. */
function nodeRights(platform: PlatformSpec): Statement[] {
  const { cluster, parts } = eks(platform, "nodegroup");
  const roles = rolesOfNodes(platform);
  return [
    {
      Sid: "MakeTenantsNodes",
      Effect: "Allow",
      Action: [
        "eks:CreateNodegroup",
        "eks:DeleteNodegroup",
        "eks:DescribeNodegroup",
        "eks:DescribeUpdate",
        "eks:ListTagsForResource",
        "eks:TagResource",
        "eks:UntagResource",
        "eks:UpdateNodegroupConfig",
        "eks:UpdateNodegroupVersion",
      ],
      Resource: [cluster, `${parts}/${names.clusterObjectName("*")}/*`],
    },
    {
      Sid: "StartNodesThroughEks",
      Effect: "Allow",
      Action: ["ec2:CreateTags", "ec2:Describe*", "ec2:RunInstances"],
      Resource: "*",
      Condition: { Bool: { "aws:ViaAWSService": "true" } },
    },
    { Sid: "LookAtRolesOfNodes", Effect: "Allow", Action: "iam:GetRole", Resource: roles },
    handOver("HandNodesTheirRole", roles.slice(0, 1), TO_NODES),
  ];
}

function handOver(Sid: string, Resource: readonly string[], services: readonly string[]): Statement {
  const Condition = { StringEquals: { "iam:PassedToService": services } };
  return { Sid, Effect: "Allow", Action: "iam:PassRole", Resource, Condition };
}

function eks({ aws, cluster }: PlatformSpec, kind: string) {
  const at = `arn:${aws.partition}:eks:${aws.region}:${aws.accountId}`;
  const name = aws.eksCluster ?? cluster.name;
  return { cluster: `${at}:cluster/${name}`, parts: `${at}:${kind}/${name}` };
}
