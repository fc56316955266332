import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answers, request } from "../http";
import { keepCredentials, readCredentials, type Ports } from "../record";
import { launch, type RunningServer, type Surroundings } from "./server";

/** The secrets server. */
export interface OpenBaoOptions {
  readonly program: string;
  /** Folder of its storage. */
  readonly folder: string;
  /** Folder of its configuration file. */
  readonly config: string;
  /** The sandbox's data folder, whose credentials get the unseal key and the root token. */
  readonly dataDir: string;
  readonly ports: Ports;
}

/** Uninitialised, sealed, standby and active: every answer of a server that is up. */
const UP = [200, 429, 501, 503];
const ACTIVE_LIMIT = 30_000;

/**
 * Starts OpenBao in server mode on raft storage, as in production and unlike `-dev`: it is initialised once, and
 * unsealed with the kept key at every start.
 */
export async function startOpenBao(
  options: OpenBaoOptions,
  surroundings: Surroundings,
): Promise<RunningServer> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const endpoint = `http://127.0.0.1:${options.ports.vault}`;
  const health = `${endpoint}/v1/sys/health`;
  const file = join(options.config, "openbao.json");
  writeFileSync(file, JSON.stringify(configuration(options, endpoint), undefined, 2), { mode: 0o600 });
  const pid = await launch(
    {
      name: "openbao",
      command: options.program,
      args: ["server", `-config=${file}`],
      env: { HOME: options.config },
      health,
      ready: () => answers(health, undefined, UP),
    },
    surroundings,
  );
  await unseal(endpoint, options.dataDir);
  await untilActive(health);
  return { pid, endpoint };
}

function configuration({ folder, ports }: OpenBaoOptions, endpoint: string): unknown {
  return {
    // A lone member needs no patience with a leader that is slow to answer.
    storage: { raft: { path: folder, node_id: "sandbox", performance_multiplier: 1 } },
    listener: { tcp: { address: `127.0.0.1:${ports.vault}`, tls_disable: true } },
    api_addr: endpoint,
    cluster_addr: `http://127.0.0.1:${ports.vaultCluster}`,
    log_level: "warn",
  };
}

async function unseal(endpoint: string, dataDir: string): Promise<void> {
  const { initialized } = await ask<{ initialized: boolean }>("GET", `${endpoint}/v1/sys/init`);
  const kept = readCredentials(dataDir).vault;
  if (initialized && !kept) {
    throw new Error(
      "OpenBao's storage is initialised, but its unseal key is not in credentials.json; throw the sandbox away: " +
        "npm run sandbox:down",
    );
  }
  const { unsealKey } = initialized && kept ? kept : await initialise(endpoint, dataDir);
  await ask("PUT", `${endpoint}/v1/sys/unseal`, { key: unsealKey });
}

async function initialise(endpoint: string, dataDir: string): Promise<{ unsealKey: string }> {
  const shares = { secret_shares: 1, secret_threshold: 1 };
  const answer = await ask<{ keys_base64: string[]; root_token: string }>(
    "PUT",
    `${endpoint}/v1/sys/init`,
    shares,
  );
  const vault = { unsealKey: answer.keys_base64[0] ?? "", rootToken: answer.root_token };
  keepCredentials(dataDir, { vault });
  return vault;
}

/** After unsealing, a raft member first elects itself. */
async function untilActive(health: string): Promise<void> {
  const deadline = Date.now() + ACTIVE_LIMIT;
  while (!(await answers(health))) {
    if (Date.now() > deadline) {
      throw new Error(`OpenBao is unsealed but not active after ${ACTIVE_LIMIT / 1000} s; see its log`);
    }
    await sleep(50);
  }
}

async function ask<T>(method: string, url: string, body?: unknown): Promise<T> {
  const answer = await request(url, { method, body });
  if (answer.status !== 200) {
    throw new Error(`OpenBao answers ${answer.status} to ${method} ${new URL(url).pathname}`);
  }
  return JSON.parse(answer.body) as T;
}
