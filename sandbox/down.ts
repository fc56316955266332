import { existsSync, rmSync } from "node:fs";
import { withLock } from "./acquire/cache";
import { DATA_DIR, layout } from "./layout";
import { isRunning, stopProcess } from "./processes";
import type { Progress } from "./progress";
import { findRecord, writeRecord, type SandboxRecord } from "./record";

/** How a sandbox is stopped. */
export interface StopOptions {
  /** The sandbox's data folder; `.sandbox` in the repository by default. */
  readonly dataDir?: string;
  /** Keeps the data, so that the next start goes on where this one ended; without it everything is thrown away. */
  readonly keep?: boolean;
  /** Told when it waits for somebody; says nothing by default. */
  readonly progress?: Progress;
}

/**
 * Ends the servers of a sandbox, and only those: a pid that is another process by now is left alone.
 * @returns the names of the servers that were running.
 */
export async function stopSandbox(options: StopOptions = {}): Promise<string[]> {
  const { dataDir = DATA_DIR, keep = false, progress = () => undefined } = options;
  const place = layout(dataDir);
  if (!existsSync(place.root)) {
    return [];
  }
  return withLock(place.lock, progress, async () => {
    const record = findRecord(dataDir);
    const running = record?.servers.filter(isRunning).map(({ name }) => name) ?? [];
    if (record) {
      await stopServers(record, keep);
    }
    if (keep && record) {
      writeRecord(dataDir, { ...record, servers: [] });
    } else {
      rmSync(place.root, { recursive: true, force: true });
    }
    return running;
  });
}

/**
 * Ends a sandbox's servers. Gently, the store goes last, so that nobody writes into the void; else all at once.
 */
export async function stopServers({ servers }: SandboxRecord, gently: boolean): Promise<void> {
  const store = servers.filter(({ name }) => name === "etcd");
  const clients = servers.filter(({ name }) => name !== "etcd");
  await Promise.all(clients.map((server) => stopProcess(server, gently)));
  await Promise.all(store.map((server) => stopProcess(server, gently)));
}
