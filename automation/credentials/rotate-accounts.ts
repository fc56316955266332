/** Ends every token of an account at once: a token is bound to the account's UID, which a new one of the same name has not (R90). */

import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { accepted, type Cluster } from "../cluster";

const account = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  automountServiceAccountToken: z.boolean().optional(),
});

/** Milliseconds between two looks, and how often. */
const PAUSE_MS = 200;
const PATIENCE = 50;

/**
 * Makes the account anew with what it bears now.
 *
 * @returns whether there was one; without it, none is made: whose tenant is shut out gets no access by this.
 */
export async function renewAccount(operator: Cluster, namespace: string, name: string): Promise<boolean> {
  const collection = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const found = await operator.request("GET", `${collection}/${name}`);
  if (found.status === 404) {
    return false;
  }
  const { metadata, automountServiceAccountToken } = account.parse(
    accepted(`read ServiceAccount ${name}`, found),
  );
  const { uid, labels, annotations } = metadata;
  const deleted = await operator.request("DELETE", `${collection}/${name}`, { preconditions: { uid } });
  if (deleted.status !== 404 && deleted.status !== 409) {
    accepted(`delete ServiceAccount ${namespace}/${name}`, deleted);
  }
  const anew = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace, labels, annotations },
    automountServiceAccountToken,
  };
  // Whoever interrupts between the two leaves no account; `up` brings it back, and that is one that was made anew.
  for (let attempt = 0; ; attempt++) {
    const created = await operator.request("POST", collection, anew);
    if (created.status !== 409 || attempt === PATIENCE) {
      accepted(`make ServiceAccount ${namespace}/${name} anew`, created);
      return true;
    }
    await sleep(PAUSE_MS);
  }
}
