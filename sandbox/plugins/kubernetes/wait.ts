/** Waiting for the cluster to do what was asked of it. */

import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext } from "../protocol";
import type { Properties } from "../wire";
import { annotation } from "./object";

const DEFAULT_SECONDS = 600;
const LONGEST_PAUSE = 1_000;

/** The resource option first, then the annotation, in seconds. */
export function patience({ timeoutSeconds }: CallContext, object: Properties): number {
  return timeoutSeconds || Number(annotation(object, "timeoutSeconds")) || DEFAULT_SECONDS;
}

/**
 * Asks until the answer is `true`; pauses grow from 25 ms to a second.
 * @returns whether it came in time.
 * @throws the signal's reason when the engine cancels.
 */
export async function until(
  ask: () => Promise<boolean>,
  seconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  for (let pause = 25; !(await ask()); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (performance.now() + pause > deadline) {
      return false;
    }
    await sleep(pause, undefined, { signal });
  }
  return true;
}
