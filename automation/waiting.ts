/** Waiting for what a server does in its own time. */

import { setTimeout as sleep } from "node:timers/promises";
import { RunFailure } from "./outcome";

const POLL_MS = 500;

export interface Patience {
  /** Seconds until the wait is given up. */
  readonly seconds: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks again and again until nothing is left to wait for.
 *
 * @param pending what is still to come, in words; empty when the wait is over.
 * @param failure the sentence for what never came, without a full stop.
 * @throws RunFailure `timeout` with what was pending last.
 */
export async function waitUntilNone(
  pending: () => Promise<readonly string[]>,
  failure: (left: readonly string[]) => string,
  { seconds, signal }: Patience,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const left = await pending();
    if (left.length === 0) {
      return;
    }
    if (Date.now() >= deadline) {
      throw new RunFailure("timeout", failure(left));
    }
    await sleep(Math.min(POLL_MS, Math.max(1, deadline - Date.now())), undefined, { signal });
  }
}
