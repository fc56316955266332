/**
 * One writer at a time for a file, between processes. The holder works for milliseconds and never waits, so that a lock
 * of a minute belongs to nobody.
 */

import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { RunFailure } from "../outcome";

/** Milliseconds after which a lock is taken away from a holder that cannot be asked whether it lives. */
const STALE_MS = 60_000;
/** Milliseconds that a writer waits for its turn: longer than a stale lock stands. */
const PATIENCE_MS = 90_000;
const PAUSE_MS = 20;

const holderSchema = z.object({ pid: z.int(), host: z.string(), nonce: z.string() });
type Holder = z.output<typeof holderSchema>;

/**
 * Runs `work` while no other process does.
 *
 * @param work must not wait for anything.
 * @throws RunFailure `failure` where the lock cannot be had.
 */
export async function withFileLock<T>(file: string, work: () => T): Promise<T> {
  const lock = `${file}.lock`;
  const self: Holder = { pid: process.pid, host: os.hostname(), nonce: randomUUID() };
  const patience = Date.now() + PATIENCE_MS;
  while (!acquire(lock, self)) {
    takeAwayStale(lock);
    if (Date.now() > patience) {
      const { pid, host } = holderOf(lock) ?? { pid: "unknown", host: "unknown host" };
      const message = `${file} is held by process ${pid} on ${host}; end it, or delete ${lock} if it is gone`;
      throw new RunFailure("failure", message);
    }
    await sleep(PAUSE_MS * (1 + Math.random()));
  }
  try {
    return work();
  } finally {
    if (holderOf(lock)?.nonce === self.nonce) {
      fs.rmSync(lock, { force: true });
    }
  }
}

/** A link appears with its content or not at all: no reader ever finds a lock without a holder. */
function acquire(lock: string, self: Holder): boolean {
  const draft = `${lock}.${self.nonce}`;
  fs.writeFileSync(draft, JSON.stringify(self));
  try {
    fs.linkSync(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/**
 * Several waiters may find the same dead holder. Whoever makes the file named after that holder's nonce is the one that
 * may remove its lock, and looks again first: the lock may be another's by then.
 */
function takeAwayStale(lock: string): void {
  const holder = holderOf(lock);
  if (holder === undefined || !isStale(lock, holder)) {
    return;
  }
  const claim = `${lock}.${holder.nonce}.stale`;
  try {
    fs.writeFileSync(claim, "", { flag: "wx" });
  } catch {
    return;
  }
  try {
    if (holderOf(lock)?.nonce === holder.nonce) {
      fs.rmSync(lock, { force: true });
    }
  } finally {
    fs.rmSync(claim, { force: true });
  }
}

function isStale(lock: string, { pid, host }: Holder): boolean {
  return (host === os.hostname() && !isAlive(pid)) || ageOf(lock) > STALE_MS;
}

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isDefunct(pid);
  } catch (error) {
    // Somebody else's process lives too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Dead, and still listed because nobody has asked how it ended: so in containers whose first process does not. */
function isDefunct(pid: number): boolean {
  try {
    // The name before the state is in brackets, and may hold anything.
    const [, state] = /\) (\w)[^)]*$/.exec(fs.readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return state === "Z" || state === "X";
  } catch {
    return false;
  }
}

function ageOf(file: string): number {
  return Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** Who holds the lock; undefined where nobody does. */
function holderOf(lock: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(fs.readFileSync(lock, "utf8")));
  } catch {
    return undefined;
  }
}
