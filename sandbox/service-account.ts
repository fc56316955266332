/** Tokens and kubeconfigs of the platform's own ServiceAccounts in the sandbox, as a pipeline would get them. */

import { writeFileSync } from "node:fs";
import { openAuthority } from "./authority";
import { request } from "./http";
import { kubeconfig, signClient } from "./identity";
import { layout } from "./layout";
import { readRecord } from "./record";

/** Seconds that credentials of the sandbox's identities last. */
export const TTL = 3600;
/** Where the committed stack `platform` puts the ServiceAccounts. */
const NAMESPACE = "tenantry-system";

/**
 * A token of a ServiceAccount that the platform stack has made, good for an hour.
 * @param audience whom it is for; the API server by default.
 * @throws when it has not made it yet.
 */
export async function serviceAccountToken(dataDir: string, name: string, audience?: string): Promise<string> {
  const authority = openAuthority(layout(dataDir).pki);
  const account = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${name}`;
  const answer = await request(`${readRecord(dataDir).endpoints.kubernetes}${account}/token`, {
    method: "POST",
    body: {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: TTL, ...(audience !== undefined && { audiences: [audience] }) },
    },
    authority: authority.certificate,
    credential: signClient(authority, "sandbox-admin", ["system:masters"], TTL),
  });
  if (answer.status !== 201) {
    throw new Error(`the sandbox has no ${name} yet (${answer.status}); first: pulumi up --stack platform`);
  }
  return (JSON.parse(answer.body) as { status: { token: string } }).status.token;
}

/** Writes a kubeconfig of the token, for its owner alone. */
export function writeKubeconfig(dataDir: string, file: string, user: string, token: string): void {
  const text = kubeconfig({
    server: readRecord(dataDir).endpoints.kubernetes,
    authority: openAuthority(layout(dataDir).pki).certificate,
    user,
    credential: { token },
  });
  writeFileSync(file, text, { mode: 0o600 });
}
