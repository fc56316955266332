/** Objects of the live cluster, a kind in a namespace at a time. */

import { z } from "zod";
import { accepted, type Cluster } from "./cluster";

/** Objects that one answer may hold: the API server keeps the rest for the next question. */
const PAGE = 500;

const metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  resourceVersion: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  ownerReferences: z
    .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().optional() }))
    .optional(),
});
const liveObject = z.looseObject({
  metadata,
  spec: z.record(z.string(), z.unknown()).optional(),
  status: z.record(z.string(), z.unknown()).optional(),
});
/** An object as the API server has it, as far as any step looks at it. */
export type LiveObject = z.output<typeof liveObject>;

const page = z.object({
  metadata: z.object({ continue: z.string().optional() }).optional(),
  items: z.array(liveObject).nullish(),
});

/**
 * Every object of a collection.
 *
 * @param path of the collection; a query of its own is kept.
 * @returns undefined where the API server knows no such kind, or no such namespace.
 * @throws RunFailure `credentials` or `resource` where it refuses.
 */
export async function listAll(cluster: Cluster, path: string): Promise<LiveObject[] | undefined> {
  const found: LiveObject[] = [];
  let rest = "";
  do {
    const separator = path.includes("?") ? "&" : "?";
    const reply = await cluster.request("GET", `${path}${separator}limit=${PAGE}${rest}`);
    if (reply.status === 404) {
      return undefined;
    }
    const { items, metadata: list } = page.parse(accepted(`list ${path}`, reply));
    found.push(...(items ?? []));
    rest = list?.continue ? `&continue=${encodeURIComponent(list.continue)}` : "";
  } while (rest !== "");
  return found;
}

/** Whether somebody's controller answers for the object. */
export function isControlled({ metadata: { ownerReferences = [] } }: LiveObject): boolean {
  return ownerReferences.some(({ controller }) => controller === true);
}
