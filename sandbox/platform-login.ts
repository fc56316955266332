/** Logins of the platform's own identities to the sandbox's Vault and AWS, as a pipeline would get them. */

import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import type { Credentials } from "@aws-sdk/client-sts";
import * as names from "../model/names";
import { sandboxEnvironment } from "./environment";
import { layout } from "./layout";
import { readRecord } from "./record";
import { AWS_REGION } from "./servers/aws";

/**
 * A Vault token of an hour.
 * @param token one of the ServiceAccount, for the cluster.
 * @throws with what OpenBao says where it lets nobody in.
 */
export async function vaultLogin(dataDir: string, role: string, token: string): Promise<string> {
  const { VAULT_ADDR } = sandboxEnvironment(dataDir);
  const answer = await fetch(new URL(`/v1/auth/${names.PROVISIONER_VAULT_MOUNT}/login`, VAULT_ADDR), {
    method: "POST",
    body: JSON.stringify({ role, jwt: token }),
  });
  const body = (await answer.json()) as { auth?: { client_token: string }; errors?: string[] };
  if (body.auth === undefined) {
    throw new Error(`OpenBao does not let the ${role} in: ${body.errors?.join("; ") ?? answer.status}`);
  }
  return body.auth.client_token;
}

/** Where STS is, whose certificate is signed by the sandbox's own authority. */
export function stsOptions(dataDir: string) {
  const ca = readFileSync(`${layout(dataDir).pki}/ca.crt`, "utf8");
  return {
    endpoint: readRecord(dataDir).endpoints.aws,
    region: AWS_REGION,
    requestHandler: { httpsAgent: new Agent({ ca }) },
  };
}

/** The variables of a session. */
export function sessionVariables(session: Credentials | undefined) {
  return {
    AWS_ACCESS_KEY_ID: session?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: session?.SecretAccessKey ?? "",
    AWS_SESSION_TOKEN: session?.SessionToken ?? "",
  };
}
