/** Tries a kubeconfig that was just written, with nothing but that file: what it must do works, what it must not is Forbidden (R12). */

import * as names from "../../model/names";
import { openCluster, type Cluster } from "../cluster";
import { RunFailure } from "../outcome";

export interface Trial {
  readonly asked: string;
  readonly status: number;
  /** The API server's own words. */
  readonly answered: string;
}

const PODS = "pods?limit=1";

/**
 * @param namespace the one that the credential is for.
 * @param others namespaces of other tenants.
 * @throws RunFailure `resource` naming each call that ended otherwise than it must.
 */
export async function tryKubeconfig(
  file: string,
  namespace: string,
  others: readonly string[],
): Promise<Trial[]> {
  const holder = await openCluster({ KUBECONFIG: file });
  const own = `/api/v1/namespaces/${namespace}/${PODS}`;
  const closed = [
    "/api/v1/nodes?limit=1",
    ...["kube-system", ...others].map((name) => `/api/v1/namespaces/${name}/${PODS}`),
  ];
  const works = await ask(holder, own);
  const forbidden = await Promise.all(closed.map((path) => ask(holder, path)));
  const wrong = [
    ...(works.status === 200 ? [] : [works]),
    ...forbidden.filter(({ status, answered }) => status !== 403 || !FORBIDDEN.test(answered)),
  ];
  if (wrong.length > 0) {
    const answers = wrong.map(({ asked, status, answered }) => `${asked} was answered ${status} ${answered}`);
    throw new RunFailure(
      "resource",
      `the new credential does not do what it must, and was thrown away: ${answers.join("; ")}; run tenantry drift to see who changed its rights`,
    );
  }
  return [works, ...forbidden];
}

/** RBAC's sentence: a refusal by anybody else would say nothing about rights. */
const FORBIDDEN = /is forbidden: User "[^"]+" cannot list resource "(pods|nodes)" in API group ""/;

async function ask(holder: Cluster, path: string): Promise<Trial> {
  const { status, message } = await holder.request("GET", path);
  return { asked: `GET ${path}`, status, answered: status === 200 ? "200 OK" : message };
}

/** Namespaces of other tenants that a credential must not reach: the first of each of a few. */
export function otherNamespaces(
  tenants: readonly { readonly name: string; readonly namespaces: readonly { readonly name: string }[] }[],
  tenant: string,
): string[] {
  return tenants
    .filter(({ name }) => name !== tenant)
    .slice(0, MOST_OTHERS)
    .map(({ name, namespaces }) => namespaces[0]?.name ?? names.namespaceName(name));
}

const MOST_OTHERS = 3;
