import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, startTime, type ProcessIdentity } from "../processes";
import type { Progress } from "../progress";

/** Folder of everything that is downloaded or built once: `$XDG_CACHE_HOME/tenantry`, `~/.cache/tenantry` by default. */
export function cacheFolder(): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tenantry");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Fills a folder of the cache once, however many runs want it at the same time, and never leaves it half filled: the
 * work is done in a folder beside it, which then takes its name.
 * @param key name of the folder; holds the version, so that another version is another folder.
 * @param fill makes the contents in the folder that it is handed.
 * @returns the folder's absolute path.
 */
export async function cached(
  key: string,
  progress: Progress,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(), key);
  if (existsSync(folder)) {
    return folder;
  }
  return withLock(`${folder}.lock`, progress, async () => {
    if (existsSync(folder)) {
      return folder;
    }
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft);
    await fill(draft);
    renameSync(draft, folder);
    return folder;
  });
}

/** Runs `work` while no other process holds the same lock file; a lock whose holder has died counts as none. */
export async function withLock<T>(path: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  const own: ProcessIdentity = { pid: process.pid, startedAt: startTime(process.pid) ?? "unknown" };
  let announced = false;
  while (!take(path, own)) {
    const holder = holderOf(path);
    if (holder && !isRunning(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!announced && holder) {
      progress(`waiting for process ${holder.pid}, which holds ${path}`);
      announced = true;
    }
    await sleep(250);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string, own: ProcessIdentity): boolean {
  try {
    writeFileSync(path, JSON.stringify(own), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

/** The lock's holder, or undefined while it is being written or when it has just been freed. */
function holderOf(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
