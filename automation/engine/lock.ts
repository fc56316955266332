/** Who holds a stack: one run at a time, and what a dead one left is taken away. */

import * as os from "node:os";
import type { Stack } from "@pulumi/pulumi/automation";
import { isAlive } from "../audit/lock";
import { heldBy, holdersIn, type Holder } from "./lock-holder";
import { RunFailure } from "../outcome";

/** Whether every holder was a process of this machine that is no more. Of another machine nobody here can tell. */
export function areDead(holders: readonly Holder[]): boolean {
  return holders.length > 0 && holders.every(({ host, pid }) => host === os.hostname() && !isAlive(pid));
}

/** The failure of a run that came second. */
function lockedBy(stack: string, holders: readonly Holder[], cause: unknown): RunFailure {
  return new RunFailure("locked", heldBy(holders, stack), { cause });
}

/**
 * Does what needs the stack for itself; where only dead runs hold it, takes their locks away first.
 *
 * @param signal begins nothing once it is aborted: the engine itself only hears of an end that comes while it works.
 * @throws RunFailure `locked` naming a holder that may be alive.
 */
export async function alone<T>(
  stack: Stack,
  note: (message: string) => void,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    const holders = holdersIn(error);
    if (holders === undefined) {
      throw error;
    }
    if (!areDead(holders)) {
      throw lockedBy(stack.name, holders, error);
    }
    signal?.throwIfAborted();
    note(`a run of this machine was killed while it held the stack ${stack.name}; its lock is taken away`);
    await stack.cancel();
  }
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    const holders = holdersIn(error);
    throw holders === undefined ? error : lockedBy(stack.name, holders, error);
  }
}
