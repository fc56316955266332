import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "./command";

/** A process, named so that it is not mistaken for a later one that the kernel gave the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the kernel started it, in the kernel's own words. */
  readonly startedAt: string;
}

/** A server to start. */
export interface ServerProcess {
  /** What messages call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment: nothing is inherited, so that no setting of the user's shell changes a server. */
  readonly env?: Readonly<Record<string, string>>;
  /** File that takes its standard output and error. */
  readonly log: string;
  /** Tells whether it answers; asked every 100 ms. */
  readonly ready: () => Promise<boolean>;
}

/** How long a server may take until it answers, in milliseconds: generous, for a loaded machine of two cores. */
const START_LIMIT = 120_000;
/** How long a server may take to end after SIGTERM, in milliseconds. */
const STOP_LIMIT = 15_000;
const POLL = 100;
const LOG_LINES = 15;

/**
 * The kernel's start time of a process, or undefined when there is none (a zombie is none: it serves nobody).
 * Read from /proc where there is one, else from ps.
 */
export function startTime(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      // Fields after the command's name, which stands in parentheses and may hold anything: state is the first of
      // them, the start time in clock ticks since boot the twentieth.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether the very process that we started is still there. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return startTime(pid) === startedAt;
}

/**
 * Starts a server that outlives this process, and waits until it answers.
 * @param started told of the process before it answers, so that the caller can stop it whatever happens next.
 * @throws an Error with the last lines of its log when it ends or does not answer within two minutes.
 */
export async function startServer(
  server: ServerProcess,
  started: (identity: ProcessIdentity) => void,
): Promise<ProcessIdentity> {
  const log = openSync(server.log, "a", 0o600);
  const child = spawn(server.command, server.args, {
    detached: true,
    env: { ...server.env },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const spawned = new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  const { pid } = child;
  if (pid === undefined) {
    await spawned;
    throw new Error(`${server.name} has no process`);
  }
  const identity = { pid, startedAt: startTime(pid) ?? "gone" };
  started(identity);
  await spawned;
  child.unref();

  const deadline = Date.now() + START_LIMIT;
  for (;;) {
    const ready = await server.ready();
    // Asked after the answer: on a port that was taken meanwhile, somebody else may have given it.
    const ended = child.exitCode ?? child.signalCode;
    if (ended !== null) {
      throw new Error(failure(server, `ended with ${ended} while it was starting`));
    }
    if (ready) {
      return identity;
    }
    if (Date.now() > deadline) {
      throw new Error(failure(server, `does not answer after ${START_LIMIT / 1000} s`));
    }
    await sleep(POLL);
  }
}

function failure(server: ServerProcess, what: string): string {
  const tail = lastLines(readFileSync(server.log, "utf8"), LOG_LINES);
  return `${server.name} ${what}; the last lines of ${server.log}:\n${tail}`;
}

/**
 * Ends a process that we started, and does nothing when it is gone or when its pid is somebody else's by now.
 * @param gently SIGTERM first, and SIGKILL only after 15 s; otherwise SIGKILL at once, for data nobody wants.
 */
export async function stopProcess(identity: ProcessIdentity, gently: boolean): Promise<void> {
  const deadline = Date.now() + STOP_LIMIT;
  let signal: NodeJS.Signals = gently ? "SIGTERM" : "SIGKILL";
  let sent: NodeJS.Signals | undefined;
  while (isRunning(identity)) {
    if (sent !== signal) {
      process.kill(identity.pid, signal);
      sent = signal;
    }
    await sleep(POLL / 2);
    if (Date.now() > deadline) {
      signal = "SIGKILL";
    }
  }
}
