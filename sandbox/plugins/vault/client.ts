import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../schema/property";
import type { Properties } from "../schema/property";
import { VaultError } from "./errors";

/** Where the server is, as whom to speak, and how patiently. */
export interface ClientSettings {
  readonly address: string;
  readonly token: string;
  /** The provider's namespace; a resource's own is relative to it. */
  readonly namespace: string;
  readonly caCertFile?: string;
  readonly tlsServerName?: string;
  readonly skipTlsVerify: boolean;
  /** Retries of a request after 429, 5xx or a broken connection. */
  readonly maxRetries: number;
}

/** How long one answer may take, as in the Go client. */
const ANSWER_TIMEOUT_MS = 60_000;

/** What may go with a request. */
export interface RequestExtras {
  readonly body?: Properties;
  /** Relative to the provider's namespace. */
  readonly namespace?: unknown;
  /** Wrap the answer for this long, e.g. `5m`. */
  readonly wrapTtl?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** An answer, parsed: the `data` of a read, the `wrap_info` of a wrapped one. */
export interface Answer {
  readonly data: Properties;
  readonly wrapInfo: Properties;
  readonly auth: Properties;
}

/** The HTTP API of Vault and OpenBao, as the Go client speaks it. */
export class VaultClient {
  readonly #settings: ClientSettings;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #secure: boolean;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
    this.#secure = new URL(settings.address).protocol === "https:";
    this.#agent = this.#secure
      ? new HttpsAgent({
          keepAlive: true,
          rejectUnauthorized: !settings.skipTlsVerify,
          ...(settings.caCertFile !== undefined && { ca: readFileSync(settings.caCertFile) }),
          ...(settings.tlsServerName !== undefined && { servername: settings.tlsServerName }),
        })
      : new HttpAgent({ keepAlive: true });
  }

  /** The same server spoken to with another token. */
  withToken(token: string): VaultClient {
    return new VaultClient({ ...this.#settings, token });
  }

  /** Reads, or nothing where there is nothing. */
  async read(path: string, extras: RequestExtras = {}): Promise<Answer | undefined> {
    try {
      return await this.send("GET", path, extras);
    } catch (error) {
      if (error instanceof VaultError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Deletes; what is not there any more, itself or the mount it lay in, is deleted enough. */
  async remove(path: string, extras: RequestExtras = {}): Promise<void> {
    try {
      await this.send("DELETE", path, extras);
    } catch (error) {
      if (!(error instanceof VaultError && error.status === 404)) throw error;
    }
  }

  /** Sends one request and repeats it while the server is not able to answer. */
  async send(method: string, path: string, extras: RequestExtras = {}): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(method, path, extras);
      } catch (error) {
        if (attempt >= this.#settings.maxRetries || extras.signal?.aborted || !isTransient(error))
          throw error;
        await sleep(1000 * 1.5 ** attempt, undefined, { signal: extras.signal });
      }
    }
  }

  #once(method: string, path: string, extras: RequestExtras): Promise<Answer> {
    const url = new URL(`/v1/${path.split("/").map(encodeURIComponent).join("/")}`, this.#settings.address);
    const namespace = joinNamespaces(this.#settings.namespace, extras.namespace);
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      signal: AbortSignal.any([
        AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        ...(extras.signal ? [extras.signal] : []),
      ]),
      headers: {
        "X-Vault-Token": this.#settings.token,
        "X-Vault-Request": "true",
        ...(namespace !== "" && { "X-Vault-Namespace": namespace }),
        ...(extras.wrapTtl !== undefined && { "X-Vault-Wrap-TTL": extras.wrapTtl }),
        ...(extras.body && { "Content-Type": extras.contentType ?? "application/json" }),
      },
    };
    return new Promise((resolve, reject) => {
      const request = (this.#secure ? httpsRequest : httpRequest)(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const body = parsed(Buffer.concat(chunks).toString("utf8"));
          const status = response.statusCode ?? 0;
          if (status < 400) return resolve(answerFrom(body));
          const errors = Array.isArray(body.errors) ? body.errors.map(String) : [];
          reject(new VaultError(method, url.toString(), namespace, status, errors));
        });
      });
      request.on("error", (error) => reject(unreachable(method, url, error)));
      request.end(extras.body && JSON.stringify(extras.body));
    });
  }
}

/** `parent` and the namespace under it, without slashes at the ends. */
export function joinNamespaces(...parts: readonly unknown[]): string {
  return parts
    .map((part) => (typeof part === "string" ? trimSlashes(part) : ""))
    .filter((part) => part !== "")
    .join("/");
}

/** A path without slashes at its ends, the form every path is compared in. */
export function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

/** A broken connection as the Go client words it; its code stays, so that it can be tried again. */
function unreachable(method: string, url: URL, error: Error): Error {
  const code = "code" in error ? error.code : undefined;
  if (code !== "ECONNREFUSED") return error;
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  const message = `${verb} "${url.toString()}": dial tcp ${url.host}: connect: connection refused`;
  return Object.assign(new Error(message, { cause: error }), { code });
}

function isTransient(error: unknown): boolean {
  if (error instanceof VaultError)
    return error.status === 429 || (error.status >= 502 && error.status <= 504);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ECONNRESET" || code === "ECONNREFUSED" || code === "EPIPE" || code === "ETIMEDOUT";
}

function parsed(text: string): Properties {
  try {
    const body: unknown = JSON.parse(text);
    return isRecord(body) ? body : {};
  } catch {
    return {};
  }
}

function answerFrom(body: Properties): Answer {
  const part = (value: unknown): Properties => (isRecord(value) ? value : {});
  return { data: part(body.data), wrapInfo: part(body.wrap_info), auth: part(body.auth) };
}
