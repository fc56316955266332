/** The identity that works on tenants between runs, in the sandbox: the way a pipeline would get it. */

import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import * as names from "../model/names";
import { DATA_DIR, layout } from "./layout";
import { sessionVariables, stsOptions, vaultLogin } from "./platform-login";
import { AWS_ACCOUNT } from "./servers/aws";
import { serviceAccountToken, TTL, writeKubeconfig } from "./service-account";

/**
 * The variables by which commands find the operator's credentials, beside those of the provisioner or administrator: a
 * ServiceAccount token for the cluster, with which Vault is logged in to, and a session of the IAM role by another token
 * of the same account. Each ends after an hour.
 * @param dataDir the sandbox's data folder; the repository's own by default.
 * @throws when the platform stack has not made the identity yet.
 */
export async function operatorEnvironment(dataDir = DATA_DIR): Promise<Record<string, string>> {
  const { operatorKubeconfig } = layout(dataDir);
  const token = await serviceAccountToken(dataDir, names.OPERATOR);
  const [vaultToken, session] = await Promise.all([
    vaultLogin(dataDir, names.OPERATOR, token),
    assumeRole(dataDir),
  ]);
  writeKubeconfig(dataDir, operatorKubeconfig, names.OPERATOR, token);
  const own = { KUBECONFIG: operatorKubeconfig, VAULT_TOKEN: vaultToken, ...session };
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [`TENANTRY_OPERATOR_${name}`, value]));
}

async function assumeRole(dataDir: string) {
  const { Credentials } = await new STSClient(stsOptions(dataDir)).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${AWS_ACCOUNT}:role/${names.OPERATOR_ROLE}`,
      RoleSessionName: names.OPERATOR,
      WebIdentityToken: await serviceAccountToken(dataDir, names.OPERATOR, "sts.amazonaws.com"),
      DurationSeconds: TTL,
    }),
  );
  return sessionVariables(Credentials);
}
