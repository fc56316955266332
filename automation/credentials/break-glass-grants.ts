/** Break-glass grants as they stand in the cluster: a ServiceAccount and a RoleBinding of one name (R91). */

import { grantEnd } from "../../model/break-glass";
import * as labels from "../../model/labels";
import { PENTEST_ROLE } from "../../model/operator";
import type { Tenant, TenantNamespace } from "../../model/tenant";
import { accepted, type Cluster } from "../cluster";
import { listAll } from "../collection";

const RBAC = "rbac.authorization.k8s.io";

export interface Grant extends Justification {
  /** The tenant's name. */
  readonly tenant: string;
  readonly name: string;
  readonly namespace: string;
  /** When it is over, by its name: ISO 8601, UTC. */
  readonly ends: string;
  /** Whether it is over by the API server's clock, and was never tidied away. */
  readonly over: boolean;
}

/** Says which grant is meant. */
export type GrantPlace = Pick<Grant, "name" | "namespace">;

/** What a person says of a grant, for everybody to read who may see the binding. */
export interface Justification {
  readonly reason: string;
  readonly approver: string;
}

/** Grants of a namespace, open and over, with the time of the API server. */
export async function liveGrants(
  cluster: Cluster,
  tenant: string,
  namespace: string,
): Promise<{ grants: Grant[]; now: Date }> {
  const now = await clock(cluster);
  const found = new Map<string, Grant>();
  // Bindings last, so that what they tell of a grant wins.
  for (const collection of [accountsOf(namespace), bindingsOf(namespace)]) {
    for (const { metadata } of (await listAll(cluster, collection)) ?? []) {
      const { name, annotations = {} } = metadata;
      const ends = grantEnd(name);
      if (ends !== undefined) {
        found.set(name, {
          tenant,
          name,
          namespace,
          ends: ends.toISOString(),
          over: ends <= now,
          reason: annotations[labels.GRANT_REASON] ?? UNSAID,
          approver: annotations[labels.GRANT_APPROVER] ?? UNSAID,
        });
      }
    }
  }
  return { grants: [...found.values()], now };
}

/** Where the RoleBinding is gone, or was not made by Tenantry. */
const UNSAID = "(not said)";

/** The API server's, by the header of an answer: this machine's need not be right. */
async function clock(cluster: Cluster): Promise<Date> {
  const { date } = await cluster.request("GET", "/version");
  const told = Date.parse(date ?? "");
  return Number.isNaN(told) ? new Date() : new Date(told);
}

/** Makes account and binding; a guardrail of the platform ends both by the time in their name. */
export async function makeGrant(
  cluster: Cluster,
  { id, name: tenant }: Tenant,
  { name: namespace }: TenantNamespace,
  name: string,
  { reason, approver }: Justification,
): Promise<void> {
  const metadata = { name, namespace, labels: { [labels.TENANT]: id, [labels.NAME]: tenant } };
  const account = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata,
    automountServiceAccountToken: false,
  };
  accepted(
    `make ServiceAccount ${namespace}/${name}`,
    await cluster.request("POST", accountsOf(namespace), account),
  );
  const binding = {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: {
      ...metadata,
      annotations: { [labels.GRANT_REASON]: reason, [labels.GRANT_APPROVER]: approver },
    },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: PENTEST_ROLE },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
  accepted(
    `make RoleBinding ${namespace}/${name}`,
    await cluster.request("POST", bindingsOf(namespace), binding),
  );
}

/** Takes both away; the rights end with the binding, and every token with the account. */
export async function removeGrant(cluster: Cluster, { name, namespace }: GrantPlace): Promise<void> {
  for (const collection of [bindingsOf(namespace), accountsOf(namespace)]) {
    const reply = await cluster.request("DELETE", `${collection}/${name}`);
    if (reply.status !== 404) {
      accepted(`remove break-glass grant ${namespace}/${name}`, reply);
    }
  }
}

/** Grants of tenants, open and over. */
export async function allGrants(
  operator: Cluster,
  tenants: readonly Pick<Tenant, "name" | "namespaces">[],
): Promise<Grant[]> {
  const found: Grant[] = [];
  for (const { name: tenant, namespaces } of tenants) {
    for (const { name: namespace } of namespaces) {
      found.push(...(await liveGrants(operator, tenant, namespace)).grants);
    }
  }
  return found;
}

/** Ends every grant of a tenant that is shut out: bindings that no list declares would stay. */
export async function endGrants(operator: Cluster, tenant: Tenant): Promise<string[]> {
  const grants = await allGrants(operator, [tenant]);
  for (const grant of grants) {
    await removeGrant(operator, grant);
  }
  return grants.map(({ name }) => name);
}

/** The file that a grant's token is written to, in `out/`. */
export function grantFile(name: string): string {
  return `${name}.kubeconfig`;
}

function accountsOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/serviceaccounts`;
}

function bindingsOf(namespace: string): string {
  return `/apis/${RBAC}/v1/namespaces/${namespace}/rolebindings`;
}
