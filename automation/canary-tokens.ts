/** Tokens of a tenant's ServiceAccounts, as canaries. */

import { z } from "zod";
import * as names from "../model/names";
import { boundRoles } from "../model/roles";
import type { Tenant } from "../model/tenant";
import type { Attempt, Canary } from "./canaries";
import { accepted, type Cluster } from "./cluster";

/** Seconds that a canary's token lives; the least that the API server grants. */
const TTL = 600;

const tokenRequest = z.object({ status: z.object({ token: z.string() }) });

/** The accounts through which machines act in a tenant's namespaces. */
const actingAccounts = boundRoles.map(names.accessAccount);

/**
 * A token of ten minutes; undefined where there is no such account.
 *
 * @param audience whom it is for; default: the API server.
 */
export async function mintToken(
  operator: Cluster,
  namespace: string,
  account: string,
  audience?: string,
): Promise<string | undefined> {
  const reply = await operator.request(
    "POST",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: TTL, ...(audience !== undefined && { audiences: [audience] }) },
    },
  );
  return reply.status === 404
    ? undefined
    : tokenRequest.parse(accepted(`mint a token of ${namespace}/${account}`, reply)).status.token;
}

/** One token of each account that stands and may act: it lists the pods of its namespace. */
export async function tokenCanaries(tenant: Tenant, operator: Cluster): Promise<Canary[]> {
  const canaries: Canary[] = [];
  for (const { name: namespace } of tenant.namespaces) {
    for (const account of actingAccounts) {
      const token = await mintToken(operator, namespace, account);
      if (token !== undefined) {
        const holder = operator.withToken(token);
        canaries.push({
          credential: `token of ServiceAccount ${namespace}/${account}`,
          plane: "kubernetes",
          attempt: () => listPods(holder, namespace),
        });
      }
    }
  }
  return canaries;
}

async function listPods(holder: Cluster, namespace: string): Promise<Attempt> {
  const path = `/api/v1/namespaces/${namespace}/pods?limit=1`;
  const { status, message } = await holder.request("GET", path);
  const answer = status === 200 ? `GET ${path}: 200` : `GET ${path}: ${status} ${message}`;
  return { accepted: status === 200, answer };
}
