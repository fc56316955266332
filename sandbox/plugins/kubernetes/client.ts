/** Requests to the API server: kept connections, a rate that is kept too, answers or the server's own sentence. */

import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, messageOf, Unreachable } from "./errors";
import type { Credentials } from "./kubeconfig";
import type { KubernetesObject } from "./object";
import type { Settings } from "./settings";

export type ContentType =
  "application/json" | "application/merge-patch+json" | "application/apply-patch+yaml";

export interface Question {
  readonly body?: unknown;
  readonly contentType?: ContentType;
  readonly query?: Readonly<Record<string, string>>;
  /** Ends waiting and reading. A change that was sent is not cut off: what became of it must be known. */
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Seconds that the server asks to wait. */
  readonly retryAfter: number;
}

/** As many as parallel operations that an engine runs by default on a large machine. */
const SOCKETS = 64;
const ATTEMPTS = 10;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export class Client {
  private readonly agent: http.Agent;
  private readonly allowance: Allowance;

  constructor(
    private readonly credentials: Credentials,
    private readonly settings: Pick<Settings, "qps" | "burst" | "timeout">,
  ) {
    const { server, ca, cert, key, insecure, servername } = credentials;
    const kept = { keepAlive: true, maxSockets: SOCKETS };
    this.agent = server.startsWith("http:")
      ? new http.Agent(kept)
      : new https.Agent({ ...kept, ca, cert, key, servername, rejectUnauthorized: !insecure });
    this.allowance = new Allowance(settings.qps, settings.burst);
  }

  /**
   * The server's answer. A server that is busy, or that went away while it restarts, is asked again.
   * @throws ApiError where it refuses, Unreachable where none answers.
   */
  async ask(method: Method, path: string, question: Question = {}): Promise<KubernetesObject> {
    for (let attempt = 1; ; attempt++) {
      await this.allowance.take(question.signal);
      const { status, text, retryAfter } = await this.send(method, path, question);
      if (status < 300) {
        return JSON.parse(text) as KubernetesObject;
      }
      // Refused before it was looked at, if the server says when to come back.
      if (retryAfter > 0 && (status === 429 || status >= 500) && attempt < ATTEMPTS) {
        await sleep(retryAfter * 1000, undefined, { signal: question.signal });
        continue;
      }
      throw ApiError.from(status, text);
    }
  }

  private send(method: Method, path: string, question: Question, again = false): Promise<Answer> {
    const { authorization, server } = this.credentials;
    const url = new URL(server.replace(/\/$/, "") + path);
    for (const [key, value] of Object.entries(question.query ?? {})) {
      url.searchParams.set(key, value);
    }
    const body = question.body === undefined ? undefined : JSON.stringify(question.body);
    const headers = {
      accept: "application/json",
      "user-agent": "pulumi-kubernetes",
      ...(body !== undefined && {
        "content-type": question.contentType ?? "application/json",
        "content-length": Buffer.byteLength(body),
      }),
      ...(authorization !== undefined && { authorization }),
    };
    const signal = method === "GET" ? question.signal : undefined;
    const options = { method, headers, agent: this.agent, signal };
    return new Promise((resolve, reject) => {
      const scheme = url.protocol === "http:" ? http : https;
      const request = scheme.request(url, options, (response) => {
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
      });
      request.setTimeout(this.settings.timeout * 1000, () =>
        request.destroy(new Error(`no answer in ${this.settings.timeout} s`)),
      );
      request.on("error", (error: NodeJS.ErrnoException) => {
        if (signal?.aborted) {
          reject(error);
        } else if (request.reusedSocket && error.code === "ECONNRESET" && !again) {
          // The server closed the idle connection in the very moment that it was used.
          resolve(this.send(method, path, question, true));
        } else {
          reject(new Unreachable(`${method} ${JSON.stringify(url.href)}: ${messageOf(error)}`));
        }
      });
      request.end(body);
    });
  }
}

/** So many requests at once, and so many a second after that: a token bucket, as Kubernetes' own clients have. */
class Allowance {
  private left: number;
  private counted = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.left = burst;
  }

  async take(signal: AbortSignal | undefined): Promise<void> {
    const now = performance.now();
    this.left = Math.min(this.burst, this.left + ((now - this.counted) / 1000) * this.perSecond) - 1;
    this.counted = now;
    signal?.throwIfAborted();
    if (this.left < 0) {
      await sleep((-this.left / this.perSecond) * 1000, undefined, { signal });
    }
  }
}
