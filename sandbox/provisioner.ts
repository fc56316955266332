/** The identity that tenant lists run as, in the sandbox: the way a pipeline would get it, from what the platform made. */

import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import * as names from "../model/names";
import { sandboxEnvironment } from "./environment";
import { DATA_DIR, layout } from "./layout";
import { sessionVariables, stsOptions, vaultLogin } from "./platform-login";
import { readCredentials } from "./record";
import { AWS_ACCOUNT } from "./servers/aws";
import { serviceAccountToken, TTL, writeKubeconfig } from "./service-account";

/**
 * The environment of a tenant list's run: a ServiceAccount token for the cluster, with which Vault is logged in to, and
 * a session of the IAM role. Each ends after an hour.
 * @param dataDir the sandbox's data folder; the repository's own by default.
 * @throws when the platform stack has not made the identity yet.
 */
export async function provisionerEnvironment(dataDir = DATA_DIR): Promise<Record<string, string>> {
  const environment = sandboxEnvironment(dataDir);
  const token = await serviceAccountToken(dataDir, names.PROVISIONER);
  const [vaultToken, session] = await Promise.all([
    vaultLogin(dataDir, names.PROVISIONER, token),
    assumeRole(dataDir),
  ]);
  const { provisionerKubeconfig } = layout(dataDir);
  writeKubeconfig(dataDir, provisionerKubeconfig, names.PROVISIONER, token);
  return { ...environment, ...session, KUBECONFIG: provisionerKubeconfig, VAULT_TOKEN: vaultToken };
}

async function assumeRole(dataDir: string) {
  const { pipeline } = readCredentials(dataDir).aws ?? {};
  const client = new STSClient({
    ...stsOptions(dataDir),
    credentials: { accessKeyId: pipeline?.id ?? "", secretAccessKey: pipeline?.secret ?? "" },
  });
  const { Credentials } = await client.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${AWS_ACCOUNT}:role/${names.PROVISIONER_ROLE}`,
      RoleSessionName: "tenant-list",
      DurationSeconds: TTL,
    }),
  );
  return sessionVariables(Credentials);
}
