import { join } from "node:path";
import { startServer, type ServerProcess } from "../processes";
import type { ServerRecord } from "../record";

/** A server that answers. */
export interface RunningServer {
  readonly pid: number;
  /** Where clients reach it. */
  readonly endpoint: string;
}

/** What every server is started with. */
export interface Surroundings {
  /** Folder of the log files. */
  readonly logs: string;
  /** Told of each process as soon as it exists, so that whatever happens next, it can be stopped. */
  readonly started: (server: ServerRecord) => void;
}

/** A server's process, and the URL that answers 200 while it is well. */
export type ServerSpec = Omit<ServerProcess, "log"> & { readonly health: string };

/** Starts a server that logs to a file of its own name; resolves to its pid once it answers. */
export async function launch(spec: ServerSpec, { logs, started }: Surroundings): Promise<number> {
  const log = join(logs, `${spec.name}.log`);
  const { pid } = await startServer({ ...spec, log }, (identity) =>
    started({ name: spec.name, ...identity, log, health: spec.health }),
  );
  return pid;
}
