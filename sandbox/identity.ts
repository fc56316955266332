/** Who somebody is to the sandbox's API server: certificates and kubeconfigs for any user with any groups. */

import { issue, openAuthority, type Authority, type Credential } from "./authority";
import { DATA_DIR, layout } from "./layout";
import { readRecord } from "./record";

/** Lifetime of a certificate unless the caller wants another, in seconds: a working day's tests. */
const DEFAULT_TTL = 24 * 60 * 60;

/** A server, and what shows it who asks: a certificate or a token. */
export interface KubeconfigParts {
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string;
  readonly user: string;
  readonly credential: Credential | { readonly token: string };
}

/**
 * A client certificate that makes its bearer this user in these groups to the sandbox's API server.
 * @param ttl lifetime in seconds; a day by default.
 * @param dataDir the sandbox's data folder; the repository's own by default.
 */
export function clientCertificate(
  user: string,
  groups: readonly string[],
  ttl = DEFAULT_TTL,
  dataDir = DATA_DIR,
): Credential {
  return signClient(openAuthority(layout(dataDir).pki), user, groups, ttl);
}

/**
 * The text of a kubeconfig that asks the sandbox's API server as this user in these groups.
 * @throws when no sandbox runs in the data folder.
 */
export function kubeconfigFor(
  user: string,
  groups: readonly string[],
  ttl = DEFAULT_TTL,
  dataDir = DATA_DIR,
): string {
  const { pki } = layout(dataDir);
  const authority = openAuthority(pki);
  return kubeconfig({
    server: readRecord(dataDir).endpoints.kubernetes,
    authority: authority.certificate,
    user,
    credential: signClient(authority, user, groups, ttl),
  });
}

/** Signs a client certificate with an authority that the caller holds. */
export function signClient(
  authority: Authority,
  user: string,
  groups: readonly string[],
  ttl: number,
): Credential {
  return issue(authority, { commonName: user, organizations: groups, usage: "client", ttl });
}

/** A kubeconfig with one context; JSON, which every reader of YAML reads. */
export function kubeconfig({ server, authority, user, credential }: KubeconfigParts): string {
  const name = "tenantry-sandbox";
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": base64(authority) } }],
    users: [
      {
        name: user,
        user:
          "token" in credential
            ? credential
            : {
                "client-certificate-data": base64(credential.certificate),
                "client-key-data": base64(credential.key),
              },
      },
    ],
    contexts: [{ name, context: { cluster: name, user } }],
    "current-context": name,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
