/** The identity that tenant lists run as, in the sandbox: the way a pipeline would get it, from what the platform made. */

import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import * as names from "../model/names";
import { sandboxEnvironment } from "./environment";
import { DATA_DIR, layout } from "./layout";
import { readCredentials, readRecord } from "./record";
import { AWS_ACCOUNT, AWS_REGION } from "./servers/aws";
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
  const [vaultToken, session] = await Promise.all([logIn(environment, token), assumeRole(dataDir)]);
  const { provisionerKubeconfig } = layout(dataDir);
  writeKubeconfig(dataDir, provisionerKubeconfig, names.PROVISIONER, token);
  return { ...environment, ...session, KUBECONFIG: provisionerKubeconfig, VAULT_TOKEN: vaultToken };
}

async function logIn(environment: Readonly<Record<string, string>>, token: string): Promise<string> {
  const answer = await fetch(
    new URL(`/v1/auth/${names.PROVISIONER_VAULT_MOUNT}/login`, environment["VAULT_ADDR"]),
    { method: "POST", body: JSON.stringify({ role: names.PROVISIONER, jwt: token }) },
  );
  const body = (await answer.json()) as { auth?: { client_token: string }; errors?: string[] };
  if (body.auth === undefined) {
    throw new Error(`OpenBao does not let the provisioner in: ${body.errors?.join("; ") ?? answer.status}`);
  }
  return body.auth.client_token;
}

async function assumeRole(dataDir: string): Promise<Record<string, string>> {
  const { pipeline } = readCredentials(dataDir).aws ?? {};
  const client = new STSClient({
    endpoint: readRecord(dataDir).endpoints.aws,
    region: AWS_REGION,
    credentials: { accessKeyId: pipeline?.id ?? "", secretAccessKey: pipeline?.secret ?? "" },
    ...trusting(readFileSync(`${layout(dataDir).pki}/ca.crt`, "utf8")),
  });
  const { Credentials } = await client.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${AWS_ACCOUNT}:role/${names.PROVISIONER_ROLE}`,
      RoleSessionName: "tenant-list",
      DurationSeconds: TTL,
    }),
  );
  return {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? "",
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? "",
  };
}

/** The emulator's certificate is signed by the sandbox's own authority. */
function trusting(ca: string) {
  return { requestHandler: { httpsAgent: new Agent({ ca }) } };
}
