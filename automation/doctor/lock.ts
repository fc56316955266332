/** Doctor: who holds the stack. In a folder or a bucket the engine keeps a file for it, which nobody but its owner takes away. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { z } from "zod";
import { isAlive } from "../audit/lock";
import { folderOf } from "../engine/file-state";
import { ok, warning, type Check, type Diagnosis } from "./check";
import { pulumi } from "./tools";

const whoami = z.object({ url: z.string() });
const lock = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});
export type Lock = z.output<typeof lock>;

export const lockCheck: Check = {
  name: "lock",
  cure: "check PULUMI_BACKEND_URL and its credentials",
  examine: async (patient) => {
    const { stack, directory = process.cwd() } = patient.project;
    const { url } = whoami.parse(JSON.parse(await pulumi(patient, "whoami", "--json")));
    const folder = folderOf(url, directory);
    return folder === undefined
      ? ok(`kept by ${new URL(url).host || url}: a run that finds it taken says who has it`)
      : judgeLocks(stack, locksIn(path.join(folder, "locks"), stack), isAlive);
  },
};

/** @param isAlive of a process of this machine. */
export function judgeLocks(
  stack: string,
  locks: readonly Lock[],
  isAlive: (pid: number) => boolean,
): Diagnosis {
  const [held] = locks;
  if (held === undefined) {
    return ok(`nobody is at work on ${stack}`);
  }
  const { pid, username, hostname, timestamp } = held;
  const who = `${username} on ${hostname} (process ${pid}) has it since ${timestamp}`;
  return hostname === os.hostname() && !isAlive(pid)
    ? warning(`${who}, and that process is gone`, `run: pulumi cancel --stack ${stack}`)
    : warning(who, `wait; if it is gone: pulumi cancel --stack ${stack}`);
}

/** Locks of a stack, whatever its organization and project; a file that says nothing counts too. */
function locksIn(folder: string, stack: string): Lock[] {
  const files = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  return files
    .filter((file) => file.endsWith(".json") && path.basename(path.dirname(file)) === stack)
    .map((file) => {
      const text = fs.readFileSync(path.join(folder, file), "utf8");
      const unread = { pid: 0, username: "somebody", hostname: "unknown", timestamp: "unknown" };
      return lock.catch(unread).parse(parsed(text));
    });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
