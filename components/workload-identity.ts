import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import { presenceOf } from "../model/lifecycle";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import { policyDocument } from "../model/policy-document";
import type { Tenant } from "../model/tenant";

export interface WorkloadIdentityArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
}

/**
 * The tenant's own IAM role, which the ServiceAccount `workload` of its namespaces takes on, and no other (R67). Pods
 * without one would use the node's role, which all tenants share. It opens nothing but the tenant's own secrets, where
 * they lie in AWS; what a platform adds to it stays within the tenants' boundary. While the tenant does not run, it opens
 * nothing at all.
 */
export class WorkloadIdentity extends pulumi.ComponentResource {
  readonly role: iam.Role;

  constructor(name: string, args: WorkloadIdentityArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:WorkloadIdentity", name, {}, opts);
    const { tenant, platform } = args;

    this.role = new iam.Role(
      `${name}-workload-role`,
      {
        name: names.workloadRoleName(tenant.id),
        description: `Workloads of tenant ${tenant.name}`,
        assumeRolePolicy: JSON.stringify(trustPolicy(tenant, platform)),
        maxSessionDuration: 3600,
        permissionsBoundary: names.policyArn(platform.aws, names.TENANT_BOUNDARY),
        tags: labels.tenantTags(tenant),
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const shut = presenceOf(tenant).runs ? [] : [this.shut(name, tenant)];
    if (tenant.secrets.engine === "aws-secrets-manager") {
      new iam.RolePolicy(
        `${name}-workload-secrets`,
        {
          name: "own-secrets",
          role: names.workloadRoleName(tenant.id),
          policy: JSON.stringify(secretsPolicy(tenant, platform)),
        },
        // Taken away before the denial is: otherwise the role would be open for a moment.
        { parent: this, dependsOn: [this.role, ...shut], deleteBeforeReplace: true },
      );
    }
    if (platform.aws.workloadIdentity === "pod-identity") {
      for (const namespace of tenant.namespaces) {
        new eks.PodIdentityAssociation(
          `${namespace.key}-pod-identity`,
          {
            clusterName: eksCluster(platform),
            namespace: namespace.name,
            serviceAccount: names.WORKLOAD,
            roleArn: names.roleArn(platform.aws, names.workloadRoleName(tenant.id)),
            tags: labels.tenantTags(tenant),
          },
          { parent: this, dependsOn: this.role, deleteBeforeReplace: true },
        );
      }
    }

    this.registerOutputs({ arn: this.role.arn });
  }

  /** Denies everything, to sessions that were handed out before as well: IAM asks at every request. */
  private shut(name: string, tenant: Tenant): iam.RolePolicy {
    return new iam.RolePolicy(
      `${name}-workload-shut`,
      {
        name: names.SHUT_POLICY,
        role: names.workloadRoleName(tenant.id),
        policy: JSON.stringify(
          policyDocument({ Sid: "NotRunning", Effect: "Deny", Action: "*", Resource: "*" }),
        ),
      },
      { parent: this, dependsOn: this.role, deleteBeforeReplace: true },
    );
  }
}

/**
 * ServiceAccounts by exact name, compared and never matched. External Secrets signs in with web identity under either
 * way of giving pods their role.
 */
function trustPolicy(tenant: Tenant, platform: Platform) {
  const byWebIdentity = [
    ...(platform.aws.workloadIdentity === "irsa" ? [names.WORKLOAD] : []),
    ...(tenant.secrets.engine === "aws-secrets-manager" ? [names.SECRET_READER] : []),
  ];
  return {
    Version: "2012-10-17",
    Statement: [
      ...(byWebIdentity.length > 0 ? [webIdentity(tenant, platform, byWebIdentity)] : []),
      ...(platform.aws.workloadIdentity === "pod-identity" ? [podIdentity(tenant, platform)] : []),
    ],
  };
}

function webIdentity(tenant: Tenant, { cluster, aws }: Platform, accounts: readonly string[]) {
  const provider = names.oidcProviderName(cluster.serviceAccountIssuer);
  return {
    Sid: "ServiceAccountsOfThisTenant",
    Effect: "Allow",
    Principal: { Federated: names.oidcProviderArn(aws, cluster.serviceAccountIssuer) },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${provider}:aud`]: "sts.amazonaws.com",
        [`${provider}:sub`]: tenant.namespaces.flatMap((namespace) =>
          accounts.map((account) => `system:serviceaccount:${namespace.name}:${account}`),
        ),
      },
    },
  };
}

/** EKS puts cluster, namespace and ServiceAccount into the session as tags. */
function podIdentity(tenant: Tenant, platform: Platform) {
  const { aws } = platform;
  return {
    Sid: "PodsOfThisTenant",
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:SourceAccount": aws.accountId,
        "aws:RequestTag/eks-cluster-name": eksCluster(platform),
        "aws:RequestTag/kubernetes-namespace": tenant.namespaces.map(({ name }) => name),
        "aws:RequestTag/kubernetes-service-account": names.WORKLOAD,
      },
    },
  };
}

/** Secrets Manager puts six characters of its own behind every name; the key's rights stand in the key's policy. */
function secretsPolicy(tenant: Tenant, { aws }: Platform) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OwnSecrets",
        Effect: "Allow",
        Action: [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:ListSecretVersionIds",
          "secretsmanager:PutSecretValue",
        ],
        Resource: names.secretArns(aws, names.managedSecretName(tenant.id, "*")),
      },
    ],
  };
}

function eksCluster({ aws, cluster }: Platform): string {
  return aws.eksCluster ?? cluster.name;
}
