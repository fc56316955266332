/** A session of a tenant's IAM role, as its pods get one, as canary. */

import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { awsOptions } from "../../proof/live/aws";
import type { Environment } from "../../proof/connect";
import type { Attempt, Canary } from "./canaries";
import { mintToken } from "./canary-tokens";
import type { Cluster } from "../cluster";

const AUDIENCE = "sts.amazonaws.com";

/**
 * One session of the workload role for each namespace. None on platforms where EKS Pod Identity hands sessions to pods
 * and to nobody else.
 */
export async function sessionCanaries(
  tenant: Tenant,
  platform: Platform,
  operator: Cluster,
  environment: Environment,
): Promise<Canary[]> {
  if (platform.aws.workloadIdentity !== "irsa") {
    return [];
  }
  const canaries: Canary[] = [];
  for (const { name: namespace } of tenant.namespaces) {
    const token = await mintToken(operator, namespace, names.WORKLOAD, AUDIENCE);
    if (token !== undefined) {
      const role = names.workloadRoleName(tenant.id);
      canaries.push({
        credential: `session of IAM role ${role} by ServiceAccount ${namespace}/${names.WORKLOAD}`,
        plane: "aws",
        attempt: await sessionAttempt(tenant, platform, environment, token),
      });
    }
  }
  return canaries;
}

async function sessionAttempt(
  tenant: Tenant,
  platform: Platform,
  environment: Environment,
  token: string,
): Promise<Canary["attempt"]> {
  const options = awsOptions(platform, environment);
  try {
    const { Credentials } = await new STSClient(options).send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: names.roleArn(platform.aws, names.workloadRoleName(tenant.id)),
        RoleSessionName: "tenantry-canary",
        WebIdentityToken: token,
      }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    const session = new SecretsManagerClient({ ...options, profile: undefined, credentials });
    return () => describeSecret(tenant, session);
  } catch (error) {
    const answer = `sts:AssumeRoleWithWebIdentity: ${told(error)}`;
    return () => Promise.resolve({ accepted: false, answer });
  }
}

/** A policy took the session's rights away, or its role is gone. */
const REFUSED = /explicit deny|security token included in the request is (invalid|expired)/;

/**
 * Asks for the description of a secret that need not exist. The role of a tenant whose secrets lie in Vault holds no
 * right at all: that nothing allows the request is then the answer of a session that stands.
 */
async function describeSecret({ id }: Tenant, session: SecretsManagerClient): Promise<Attempt> {
  const SecretId = names.managedSecretName(id, "canary");
  const asked = `secretsmanager:DescribeSecret ${SecretId}`;
  try {
    await session.send(new DescribeSecretCommand({ SecretId }));
    return { accepted: true, answer: `${asked}: described` };
  } catch (error) {
    const answer = `${asked}: ${told(error)}`;
    return { accepted: !REFUSED.test(answer), answer };
  }
}

function told(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message}` : String(error);
}
