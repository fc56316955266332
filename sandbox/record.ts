import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { layout } from "./layout";
import type { ProcessIdentity } from "./processes";

/** One server of a running sandbox. */
export interface ServerRecord extends ProcessIdentity {
  readonly name: string;
  readonly log: string;
  /** URL that answers 200 while the server is well. */
  readonly health: string;
}

/** Ports on 127.0.0.1, kept over restarts while they are free, so that kubeconfigs and stacks stay valid. */
export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly kubernetes: number;
  readonly controllerManager: number;
  readonly scheduler: number;
  readonly kwok: number;
  readonly vault: number;
  readonly vaultCluster: number;
  readonly aws: number;
  readonly awsTls: number;
}

/** What a sandbox is made of, as `sandbox.json` keeps it: no secret in it. */
export interface SandboxRecord {
  readonly ports: Ports;
  readonly endpoints: { readonly kubernetes: string; readonly vault: string; readonly aws: string };
  /** Folders of the programs that a shell in the sandbox uses. */
  readonly programs: { readonly pulumi: string; readonly kubectl: string };
  /** Where each provider plugin came from. */
  readonly plugins: Readonly<Record<string, "official" | "stand-in">>;
  /** In the order they were started. */
  readonly servers: readonly ServerRecord[];
}

/** Access key of an IAM user. */
export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

/** Keys and tokens of a sandbox; each worth nothing outside it. */
export interface SandboxCredentials {
  readonly vault?: { readonly rootToken: string; readonly unsealKey: string };
  readonly aws?: {
    /** Secret of the emulator's root user, whose access key id is the account id. */
    readonly rootSecret: string;
    readonly administrator?: AccessKey | undefined;
    readonly pipeline?: AccessKey | undefined;
  };
}

/** The record of the sandbox in a data folder, or undefined when none was ever started there. */
export function findRecord(dataDir: string): SandboxRecord | undefined {
  const { record } = layout(dataDir);
  return existsSync(record) ? (JSON.parse(readFileSync(record, "utf8")) as SandboxRecord) : undefined;
}

/** @throws an Error that says how to start one when there is no sandbox. */
export function readRecord(dataDir: string): SandboxRecord {
  const record = findRecord(dataDir);
  if (!record) {
    throw new Error(`there is no sandbox in ${layout(dataDir).root}; start one: npm run sandbox:up`);
  }
  return record;
}

/** Replaces the record. */
export function writeRecord(dataDir: string, record: SandboxRecord): void {
  replace(layout(dataDir).record, record);
}

/** The sandbox's keys and tokens, as far as they were made. */
export function readCredentials(dataDir: string): SandboxCredentials {
  const { credentials } = layout(dataDir);
  return existsSync(credentials) ? (JSON.parse(readFileSync(credentials, "utf8")) as SandboxCredentials) : {};
}

/** Adds to the sandbox's keys and tokens. */
export function keepCredentials(dataDir: string, more: SandboxCredentials): SandboxCredentials {
  const all = { ...readCredentials(dataDir), ...more };
  replace(layout(dataDir).credentials, all);
  return all;
}

/** In one step, so that a reader sees the old contents or the new; readable by the owner only. */
function replace(path: string, contents: unknown): void {
  writeFileSync(`${path}.draft`, `${JSON.stringify(contents, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.draft`, path);
}
