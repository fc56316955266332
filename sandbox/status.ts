import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { answers } from "./http";
import { DATA_DIR, layout } from "./layout";
import { isRunning } from "./processes";
import { findRecord, type SandboxRecord } from "./record";

/** How one server does. */
export interface ServerStatus {
  readonly name: string;
  readonly pid: number;
  /** `well` answers; `silent` is there but does not answer; `ended` is gone. */
  readonly state: "well" | "silent" | "ended";
  readonly log: string;
}

/** How a sandbox does; no secret in it. */
export interface SandboxStatus {
  readonly dataDir: string;
  readonly state: "running" | "broken" | "stopped";
  readonly endpoints?: SandboxRecord["endpoints"];
  readonly plugins?: SandboxRecord["plugins"];
  readonly servers: readonly ServerStatus[];
}

/** Asks every server of a sandbox how it does. */
export async function sandboxStatus(dataDir = DATA_DIR): Promise<SandboxStatus> {
  const { root, pki } = layout(dataDir);
  const record = findRecord(dataDir);
  if (!record || record.servers.length === 0) {
    return { dataDir: root, state: "stopped", servers: [] };
  }
  const certificate = join(pki, "ca.crt");
  const authority = existsSync(certificate) ? readFileSync(certificate, "utf8") : undefined;
  const servers = await Promise.all(
    record.servers.map(async (server): Promise<ServerStatus> => {
      const { name, pid, log } = server;
      if (!isRunning(server)) {
        return { name, pid, state: "ended", log };
      }
      return { name, pid, state: (await answers(server.health, authority)) ? "well" : "silent", log };
    }),
  );
  const well = servers.every(({ state }) => state === "well");
  const { endpoints, plugins } = record;
  return { dataDir: root, state: well ? "running" : "broken", endpoints, plugins, servers };
}

/** A status as lines for a person. */
export function statusText(status: SandboxStatus): string {
  if (status.state === "stopped") {
    return `no sandbox runs in ${status.dataDir}; start one: npm run sandbox:up`;
  }
  const servers = status.servers.map(
    ({ name, pid, state, log }) =>
      `  ${name.padEnd(24)} ${state.padEnd(7)} pid ${pid}${state === "well" ? "" : `, log ${log}`}`,
  );
  const endpoints = Object.entries(status.endpoints ?? {}).map(
    ([name, url]) => `  ${name.padEnd(24)} ${url}`,
  );
  const plugins = Object.entries(status.plugins ?? {}).map(([name, from]) => `  ${name.padEnd(24)} ${from}`);
  return [
    `the sandbox in ${status.dataDir} is ${status.state}`,
    "servers:",
    ...servers,
    "endpoints:",
    ...endpoints,
    "provider plugins:",
    ...plugins,
  ].join("\n");
}
