/** AWS clients of the test's own process, which trusts the sandbox's authority for them alone. */

import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as https from "node:https";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { serviceAccountKey } from "../../sandbox/authority";
import { layout } from "../../sandbox/layout";
import { sandbox } from "./fixture";

export const REGION = "eu-central-1";
export const ACCOUNT = "000000000000";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Options of a client: as whoever holds these credentials, by default as the administrator. */
export function clientOptions(credentials?: Credentials) {
  const ca = fs.readFileSync(sandbox().env["AWS_CA_BUNDLE"] ?? "");
  return {
    region: REGION,
    requestHandler: { httpsAgent: new https.Agent({ ca, keepAlive: true }) },
    ...(credentials && { credentials }),
  };
}

const ISSUER = "https://oidc.sandbox.tenantry.dev";

export interface Claims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string;
}

/**
 * A session of a role by web identity. The token is one as the API server signs it, but with one audience as text: the
 * emulator knows no list.
 */
export async function assumeByToken(role: string, claims: Claims): Promise<Credentials> {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: ISSUER, aud: "sts.amazonaws.com", iat: now, exp: now + 600, ...claims };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(payload)}`;
  const key = fs.readFileSync(serviceAccountKey(layout(sandbox().dataDir).pki), "utf8");
  const signature = crypto.sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url");
  const { Credentials } = await new STSClient(clientOptions()).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
      RoleSessionName: "test",
      WebIdentityToken: `${signed}.${signature}`,
    }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
}
