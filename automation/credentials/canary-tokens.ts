/** Tokens of a tenant's ServiceAccounts, as canaries. */

import * as names from "../../model/names";
import { boundRoles } from "../../model/roles";
import type { Tenant } from "../../model/tenant";
import type { Attempt, Canary } from "./canaries";
import type { Cluster } from "../cluster";
import { requestToken, SHORTEST_TTL } from "./token-request";

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
  return (await requestToken(operator, namespace, account, { ttl: SHORTEST_TTL, audience }))?.token;
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
