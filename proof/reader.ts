/** Reads JSON from a server, patiently: a read changes nothing, so that it may be asked again. */

import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds that one read may take, all attempts together. */
const TIMEOUT_MS = 10_000;
/** Milliseconds before the second and the third attempt. */
const PAUSES_MS = [200, 800];

/** A server's refusal; 0 for one that did not answer. Its message names what was asked of whom. */
export class ReadError extends Error {
  /** What the server says is wrong; empty where it says nothing. */
  readonly said: string;

  constructor(
    readonly status: number,
    message: string,
    { said = "", cause }: ErrorOptions & { readonly said?: string } = {},
  ) {
    super(message, { cause });
    this.said = said;
  }
}

/** Passes over the answer that there is no such thing; every other failure stays one. */
export function missing(error: unknown): undefined {
  if (error instanceof ReadError && error.status === 404) {
    return undefined;
  }
  throw error;
}

/** Reads JSON at a path of one server. */
export interface Reader {
  readonly address: string;
  /** @throws ReadError */
  get(path: string): Promise<unknown>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * A reader that asks up to three times where the server was busy or the connection broke.
 *
 * @param base URL that paths are relative to.
 * @param ask one attempt; rejects where there is no answer.
 */
export function jsonReader(base: string, ask: (url: URL, signal: AbortSignal) => Promise<Answer>): Reader {
  return {
    address: new URL(base).origin,
    get: async (path) => {
      // Joined, not resolved: a proxy may serve a cluster below a path of its own.
      const url = new URL(`${base.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`);
      const limit = AbortSignal.timeout(TIMEOUT_MS);
      for (let attempt = 0; ; attempt++) {
        const outcome = await answered(url, ask(url, limit), limit);
        const pause = PAUSES_MS[attempt];
        if (!(outcome instanceof ReadError)) {
          return outcome.body;
        }
        if (limit.aborted || pause === undefined || !isPassing(outcome)) {
          throw outcome;
        }
        await sleep(pause);
      }
    },
  };
}

async function answered(
  url: URL,
  answer: Promise<Answer>,
  limit: AbortSignal,
): Promise<{ body: unknown } | ReadError> {
  try {
    const { status, text } = await answer;
    const body = json(text);
    const words = said(body);
    return status < 300
      ? { body }
      : new ReadError(status, `GET ${url.href}: ${status} ${words}`, { said: words });
  } catch (error) {
    const why = limit.aborted ? `no answer in ${TIMEOUT_MS / 1000} s` : rootOf(error).message;
    return new ReadError(0, `GET ${url.href}: ${why}`, { cause: error });
  }
}

/** Codes of a connection that broke, most often one kept alive that the server was closing. */
const BROKEN = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];
/** What Go's HTTP server answers to bytes that are no request, before any handler sees them. */
const GARBLED = /: 400 400 Bad Request/;

function isPassing({ status, message, cause }: ReadError): boolean {
  return (
    status === 429 ||
    status >= 500 ||
    GARBLED.test(message) ||
    (status === 0 && BROKEN.includes(String((rootOf(cause) as NodeJS.ErrnoException).code)))
  );
}

/** `fetch` hides why it failed behind a cause. */
function rootOf(error: unknown): Error {
  if (error instanceof Error) {
    return error.cause instanceof Error ? rootOf(error.cause) : error;
  }
  return new Error(String(error));
}

/** What the server says is wrong: `message` of Kubernetes, `errors` of Vault, else the beginning of the text. */
function said(body: unknown): string {
  const { message, errors } = (typeof body === "object" && body !== null ? body : {}) as {
    message?: string;
    errors?: string[];
  };
  return (message ?? errors?.join("; ")) || (typeof body === "string" ? body.slice(0, 200).trim() : "");
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
