/** The built command in a session of its own, which a test kills as a whole: command, engine, program and providers. */

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Asked } from "./front";
import type { Fronts } from "./fronts";
import { sandbox } from "./fixture";

const COMMAND = path.join(__dirname, "..", "..", "cli", "tenantry.cjs");

/** Where a command is killed, counted by what it asks of the servers and never by a clock. */
export interface KillPoint {
  /** At the n-th write of the command, beginning with 1 … */
  readonly write: number;
  /** … of those that this fits; default: of all. */
  readonly call?: RegExp;
  /** Before the server hears of it, or when the server has done it and the command does not know yet. */
  readonly when: "asked" | "answered";
}

export interface Ended {
  /** null where it was killed. */
  readonly code: number | null;
  readonly output: string;
  /** What was asked when it was killed. */
  readonly at?: Asked;
  /** Processes that were killed. */
  readonly killed: number;
}

/** Runs the command to its end, or to the point where it is killed. */
export async function tenantry(
  line: readonly string[],
  fronts: Fronts,
  environment: Readonly<Record<string, string>>,
  point?: KillPoint,
): Promise<Ended> {
  const child = spawn(process.execPath, [COMMAND, ...line], {
    cwd: sandbox().project.directory,
    env: { ...process.env, ...fronts.through(environment) },
    // A session of its own: whatever it starts belongs to it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  child.stderr.on("data", (text: Buffer) => (output += text.toString()));

  let writes = 0;
  let at: Asked | undefined;
  let killed = 0;
  const strike = (when: KillPoint["when"], asked: Asked) => {
    if (at !== undefined) {
      return "broken" as const;
    }
    if (point?.when !== when || !asked.writes || !(point.call ?? /^/).test(asked.call)) {
      return undefined;
    }
    writes++;
    if (writes < point.write) {
      return undefined;
    }
    at = asked;
    killed = killSession(child.pid ?? 0);
    return "broken" as const;
  };
  fronts.intercept({
    asked: (asked) => strike("asked", asked),
    answered: (asked) => void strike("answered", asked),
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  fronts.intercept();
  return { code, output, at, killed };
}

/** kill -9 to every process of a session: the engine puts its plugins into groups of their own. */
function killSession(session: number): number {
  const members = sessionMembers(session);
  // None may start another, or report, while the others die.
  members.forEach((pid) => signal(pid, "SIGSTOP"));
  const all = [...new Set([...members, ...sessionMembers(session)])];
  all.forEach((pid) => signal(pid, "SIGKILL"));
  return all.length;
}

function sessionMembers(session: number): number[] {
  return fs
    .readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        // After the command's name in brackets: state, parent, group, session.
        const [, , , of] = fs
          .readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .split(" ");
        return Number(of) === session;
      } catch {
        return false;
      }
    })
    .map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone by itself.
  }
}
