/** Connections to the live servers, by what the environment holds, as the tools of each system read it. Reads only. */

import * as https from "node:https";
import type { Platform } from "../model/platform";

const TIMEOUT_MS = 10_000;

/** A server's refusal; 0 for one that did not answer. */
export class ReadError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Reads JSON at a path of one server. */
export interface Reader {
  readonly address: string;
  /** @throws ReadError */
  get(path: string): Promise<unknown>;
}

export interface VaultReader extends Reader {
  /** Reads inside a namespace, relative to that of the environment. */
  within(namespace: string): Reader;
}

export interface Connections {
  readonly platform: Platform;
  kubernetes(): Promise<Reader>;
  vault(): VaultReader;
}

/** @param kubeconfig contents of a kubeconfig; default: the file that KUBECONFIG names, or that of the home folder. */
export function connect(platform: Platform, kubeconfig?: string): Connections {
  let cluster: Promise<Reader> | undefined;
  return {
    platform,
    kubernetes: () => (cluster ??= openCluster(kubeconfig)),
    vault: () => openVault(process.env["VAULT_NAMESPACE"] ?? ""),
  };
}

async function openCluster(text: string | undefined): Promise<Reader> {
  // Loaded only here: a run that ends at a fault in a file need not wait for it.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (text === undefined) {
    config.loadFromDefault();
  } else {
    config.loadFromString(text);
  }
  const address = config.getCurrentCluster()?.server;
  if (address === undefined) {
    throw new ReadError(0, "the kubeconfig names no cluster; set KUBECONFIG or the config kubeconfig");
  }
  const agent = new https.Agent({ keepAlive: true, maxSockets: 8 });
  return {
    address,
    get: async (path) => {
      const options: https.RequestOptions = { agent, timeout: TIMEOUT_MS };
      await config.applyToHTTPSOptions(options);
      return read(new URL(path, address), { ...options, agent });
    },
  };
}

function openVault(namespace: string): VaultReader {
  const address = process.env["VAULT_ADDR"] ?? "https://127.0.0.1:8200";
  const reader = (inner: string): Reader => ({
    address,
    get: async (path) => {
      const headers: Record<string, string> = { "X-Vault-Token": process.env["VAULT_TOKEN"] ?? "" };
      if (inner !== "") {
        headers["X-Vault-Namespace"] = inner;
      }
      const response = await fetch(new URL(`/v1/${path}`, address), {
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: unknown) => {
        throw new ReadError(0, error instanceof Error ? error.message : String(error));
      });
      return parsed(response.status, await response.text());
    },
  });
  return {
    ...reader(namespace),
    within: (inner) => reader([namespace, inner].filter((part) => part !== "").join("/")),
  };
}

function read(url: URL, options: https.RequestOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = https.request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        try {
          resolve(parsed(response.statusCode ?? 0, Buffer.concat(chunks).toString("utf8")));
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
    request.on("error", (error) => reject(new ReadError(0, error.message)));
    request.end();
  });
}

function parsed(status: number, text: string): unknown {
  const body = json(text);
  if (status < 300) {
    return body;
  }
  const { message, errors } = (typeof body === "object" && body !== null ? body : {}) as {
    message?: string;
    errors?: string[];
  };
  throw new ReadError(status, message ?? errors?.join("; ") ?? text.slice(0, 200));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
