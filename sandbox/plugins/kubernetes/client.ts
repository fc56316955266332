/** Requests to the API server: kept connections, a rate that is kept too, answers or the server's own sentence. */

import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "./config";

export type KubernetesObject = Record<string, unknown> & {
  metadata: Record<string, unknown> & { name?: string; namespace?: string };
};

/** The API server's refusal. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

export type ContentType =
  "application/json" | "application/merge-patch+json" | "application/apply-patch+yaml";

const ATTEMPTS = 5;

export class Client {
  private readonly agent = new https.Agent({ keepAlive: true, maxSockets: 64 });
  private readonly next: { tokens: number; at: number };

  constructor(private readonly settings: Settings) {
    this.next = { tokens: settings.burst, at: Date.now() };
  }

  get(path: string, signal?: AbortSignal): Promise<KubernetesObject> {
    return this.request("GET", path, undefined, undefined, signal);
  }

  /** Answers the object, or throws ApiError. Throttled and unavailable servers are asked again. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    contentType: ContentType = "application/json",
    signal?: AbortSignal,
  ): Promise<KubernetesObject> {
    for (let attempt = 1; ; attempt++) {
      await this.turn();
      const { status, text, retryAfter } = await this.send(method, path, body, contentType, signal);
      if (status < 300) {
        return JSON.parse(text) as KubernetesObject;
      }
      if ((status === 429 || status === 503) && attempt < ATTEMPTS) {
        await sleep(Math.max(retryAfter * 1000, 100 * 2 ** attempt), undefined, { signal });
        continue;
      }
      throw refusal(status, text);
    }
  }

  /** A token bucket, as client-go has it. */
  private async turn(): Promise<void> {
    const { qps, burst } = this.settings;
    const now = Date.now();
    const { next } = this;
    next.tokens = Math.min(burst, next.tokens + ((now - next.at) / 1000) * qps) - 1;
    next.at = now;
    if (next.tokens < 0) {
      await sleep((-next.tokens / qps) * 1000);
    }
  }

  private send(method: string, path: string, body: unknown, contentType: ContentType, signal?: AbortSignal) {
    const { server, ca, cert, key, token } = this.settings.credentials;
    const headers = {
      accept: "application/json",
      "content-type": contentType,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    return new Promise<{ status: number; text: string; retryAfter: number }>((resolve, reject) => {
      const request = https.request(
        new URL(path, server),
        { method, headers, ca, cert, key, agent: this.agent, signal, timeout: 35_000 },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString("utf8"),
              retryAfter: Number(response.headers["retry-after"] ?? 0),
            }),
          );
        },
      );
      request.on("timeout", () => request.destroy(new Error("the API server did not answer in 35 s")));
      request.on("error", (error) =>
        reject(
          new Error(
            `configured Kubernetes cluster is unreachable: ${method} ${new URL(path, server).href}: ${error.message}`,
          ),
        ),
      );
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function refusal(status: number, text: string): ApiError {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, reason ?? "", message ?? text);
  } catch {
    return new ApiError(status, "", text);
  }
}
