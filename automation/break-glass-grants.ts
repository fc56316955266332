/** Break-glass grants as they stand in the cluster: a ServiceAccount and a RoleBinding of one name (R91). */

import { z } from "zod";
import { grantEnd } from "../model/break-glass";
import * as labels from "../model/labels";
import { PENTEST_ROLE } from "../model/operator";
import type { Tenant, TenantNamespace } from "../model/tenant";
import { accepted, type Cluster, type Reply } from "./cluster";

const RBAC = "rbac.authorization.k8s.io";

const list = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
    }),
  ),
});

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
  const replies = await Promise.all([
    cluster.request("GET", accountsOf(namespace)),
    // Last, so that what it tells of a grant wins.
    cluster.request("GET", bindingsOf(namespace)),
  ]);
  const now = clockOf(replies[1]);
  const found = new Map<string, Grant>();
  for (const reply of replies) {
    const { items } = list.parse(accepted(`list break-glass grants in ${namespace}`, reply));
    for (const { name, annotations } of items.map(({ metadata }) => metadata)) {
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

/** By the header of its answer: this machine's clock need not be right. */
function clockOf({ date }: Reply): Date {
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
