/** Namespaces on their way out: whether they are gone, and what the API server says holds them (F77, P13). */

import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { accepted, type Cluster } from "../cluster";
import { RunFailure } from "../outcome";

const POLL_MS = 1_000;

const namespaceSchema = z.object({
  metadata: z.object({ deletionTimestamp: z.string().optional() }),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() }))
        .optional(),
    })
    .optional(),
});

/** What the namespace controller says of what is left. */
const LEFT = [
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining",
];

export interface NamespaceState {
  readonly name: string;
  readonly state: "gone" | "leaving" | "stands";
  /** The controller's sentences on what is left. */
  readonly holding: readonly string[];
}

export async function namespaceState(cluster: Cluster, name: string): Promise<NamespaceState> {
  const reply = await cluster.request("GET", `/api/v1/namespaces/${name}`);
  if (reply.status === 404) {
    return { name, state: "gone", holding: [] };
  }
  const { metadata, status } = namespaceSchema.parse(accepted(`read namespace ${name}`, reply));
  const holding = (status?.conditions ?? []).filter(
    (condition) => LEFT.includes(condition.type) && condition.status === "True",
  );
  return {
    name,
    state: metadata.deletionTimestamp === undefined ? "stands" : "leaving",
    holding: holding.map(({ message = "" }) => message),
  };
}

/**
 * Does what takes namespaces away, and meanwhile tells what holds them.
 *
 * @param work ends early when its signal is aborted.
 * @param told is told what holds a namespace, where that has changed.
 * @throws RunFailure `timeout` naming what holds a namespace that has been leaving for longer than `seconds`.
 */
export async function whileNamespacesLeave(
  cluster: Cluster,
  names: readonly string[],
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal },
  told: (holding: readonly string[]) => void,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const given = new AbortController();
  const over = new AbortController();
  const working = work(AbortSignal.any([given.signal, ...(signal ? [signal] : [])]));
  const watching = watchNamespaces(cluster, names, seconds, told, over.signal).then((stuck) => {
    if (stuck !== undefined) {
      given.abort();
    }
    return stuck;
  });
  const [worked, watched] = await Promise.allSettled([working.finally(() => over.abort()), watching]);
  if (watched.status === "fulfilled" && watched.value !== undefined) {
    throw watched.value;
  }
  if (worked.status === "rejected") {
    throw worked.reason;
  }
}

/** Ends with a failure when a namespace has been leaving for too long, and without one when it is told to end. */
async function watchNamespaces(
  cluster: Cluster,
  names: readonly string[],
  seconds: number,
  told: (holding: readonly string[]) => void,
  over: AbortSignal,
): Promise<RunFailure | undefined> {
  const since = new Map<string, number>();
  let before = "";
  while (!over.aborted) {
    const states: NamespaceState[] = [];
    for (const name of names) {
      // A server that does not answer is the other side's to complain of.
      const state = await namespaceState(cluster, name).catch(() => undefined);
      states.push(...(state?.state === "leaving" ? [state] : []));
    }
    const holding = states.flatMap(({ name, holding: sentences }) =>
      sentences.map((sentence) => `${name}: ${sentence}`),
    );
    if (holding.join() !== before) {
      before = holding.join();
      told(holding);
    }
    const late = states.filter(({ name }) => {
      since.set(name, since.get(name) ?? Date.now());
      return Date.now() - (since.get(name) ?? 0) > seconds * 1000;
    });
    if (late.length > 0) {
      return new RunFailure("timeout", stuckSentence(late, seconds));
    }
    await sleep(POLL_MS, undefined, { signal: over }).catch(() => undefined);
  }
  return undefined;
}

function stuckSentence(late: readonly NamespaceState[], seconds: number): string {
  const each = late.map(
    ({ name, holding }) => `${name} (${holding.join(" ") || "the controller says nothing"})`,
  );
  return `after ${seconds} s these namespaces are still there: ${each.join("; ")}; the operator's rights in them have ended, have an administrator look at what holds them, then run this again`;
}
