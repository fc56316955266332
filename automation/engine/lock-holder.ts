/** Who holds a stack, as the engine says it in words. */

import { ConcurrentUpdateError } from "@pulumi/pulumi/automation/errors";

/** A run that holds a stack. */
export interface Holder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** As the engine wrote it: RFC 3339. */
  readonly since: string;
}

const HOLDER = /created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g;

/** The holders that an error of the engine names; undefined for any other error. */
export function holdersIn(error: unknown): Holder[] | undefined {
  if (!(error instanceof ConcurrentUpdateError)) {
    return undefined;
  }
  // The engine's words stand in its output and in what is said of that: each lock is one all the same.
  const named = new Map([...error.message.matchAll(HOLDER)].map((match) => [match[0], match]));
  return [...named.values()].map(([, user = "", host = "", pid = "", since = ""]) => ({
    user,
    host,
    pid: Number(pid),
    since,
  }));
}

/** What a run that came second is told. */
export function heldBy(holders: readonly Holder[], stack = "NAME"): string {
  const who = holders.map(
    ({ user, host, pid, since }) => `${user} on ${host} (process ${pid}) since ${since}`,
  );
  const holder = who.length === 0 ? "another run" : who.join(", ");
  const which = stack === "NAME" ? "this stack" : `the stack ${stack}`;
  return `${holder} holds ${which}; nothing was changed: wait until it ends, and only where it is gone for good: pulumi cancel --stack ${stack}`;
}
