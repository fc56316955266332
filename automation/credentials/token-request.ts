/** Bound tokens of ServiceAccounts: they end by themselves, and with the account (R11). */

import { z } from "zod";
import { accepted, type Cluster } from "../cluster";

/** Seconds between which the API server gives tokens to tenants' accounts: its own least, and a day. */
export const SHORTEST_TTL = 600;
export const LONGEST_TTL = 24 * 3600;

export interface BoundToken {
  readonly token: string;
  /** When it ends, as the API server says: ISO 8601, UTC. */
  readonly expires: string;
}

export interface TokenWish {
  /** Seconds. */
  readonly ttl: number;
  /** Whom it is for; default: the API server. */
  readonly audience?: string;
}

const answer = z.object({ status: z.object({ token: z.string(), expirationTimestamp: z.string() }) });

/** @returns undefined where there is no such account. */
export async function requestToken(
  operator: Cluster,
  namespace: string,
  account: string,
  { ttl, audience }: TokenWish,
): Promise<BoundToken | undefined> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const reply = await operator.request("POST", path, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: ttl, ...(audience !== undefined && { audiences: [audience] }) },
  });
  if (reply.status === 404) {
    return undefined;
  }
  const { status } = answer.parse(accepted(`mint a token of ${namespace}/${account}`, reply));
  return { token: status.token, expires: status.expirationTimestamp };
}
