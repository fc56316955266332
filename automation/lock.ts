/** Who holds a stack: one run at a time, and what a dead one left is taken away. */

import * as os from "node:os";
import type { Stack } from "@pulumi/pulumi/automation";
import { ConcurrentUpdateError } from "@pulumi/pulumi/automation/errors";
import { RunFailure } from "./outcome";
import { isAlive } from "./audit-lock";

/** A run that holds a stack, as the engine names it. */
export interface Holder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
}

const HOLDER = /created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g;
/** What the engine makes of a lock file that was cut short. */
const UNREADABLE = /could not unmarshal lock|unexpected end of JSON input/;

/** The holders that an error of the engine names; undefined for any other error. */
export function holdersIn(error: unknown): Holder[] | undefined {
  if (!(error instanceof ConcurrentUpdateError)) {
    return undefined;
  }
  return [...error.message.matchAll(HOLDER)].map(([, user = "", host = "", pid = "", since = ""]) => ({
    user,
    host,
    pid: Number(pid),
    since,
  }));
}

/** Whether every holder was a process of this machine that is no more. Of another machine nobody here can tell. */
export function areDead(holders: readonly Holder[]): boolean {
  return holders.length > 0 && holders.every(({ host, pid }) => host === os.hostname() && !isAlive(pid));
}

/** The failure of a run that came second. */
export function lockedBy(stack: string, holders: readonly Holder[], cause: unknown): RunFailure {
  const who = holders.map(
    ({ user, host, pid, since }) => `${user} on ${host} (process ${pid}) since ${since}`,
  );
  const holder = who.length === 0 ? "another run" : who.join(", ");
  return new RunFailure(
    "locked",
    `${holder} holds the stack ${stack}; nothing was changed: wait until it ends, and only where it is gone for good: pulumi cancel --stack ${stack}`,
    { cause },
  );
}

/**
 * Does what needs the stack for itself; where only dead runs hold it, takes their locks away first.
 *
 * @throws RunFailure `locked` naming a holder that may be alive.
 */
export async function alone<T>(
  stack: Stack,
  note: (message: string) => void,
  work: () => Promise<T>,
): Promise<T> {
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
    note(`a run of this machine was killed while it held the stack ${stack.name}; its lock is taken away`);
    await stack.cancel();
  }
  try {
    return await work();
  } catch (error) {
    const holders = holdersIn(error);
    throw holders === undefined ? error : lockedBy(stack.name, holders, error);
  }
}

/** Whether an error is about a lock file that says nothing. */
export function isUnreadableLock(error: unknown): boolean {
  return error instanceof Error && /lock/.test(error.message) && UNREADABLE.test(error.message);
}
