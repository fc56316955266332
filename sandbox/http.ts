import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Credential } from "./authority";

/** An answer of a server. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What a request carries besides its URL. */
export interface RequestOptions {
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM of the authority that a TLS server must be signed by. */
  readonly authority?: string;
  /** Shown to a TLS server. */
  readonly credential?: Credential;
}

/** How long a server of the sandbox may take for one answer, in milliseconds. */
const LIMIT = 20_000;

/** Asks a server of the sandbox; `fetch` cannot be told whose certificates to trust. */
export function request(url: string, options: RequestOptions = {}): Promise<Answer> {
  const { method = "GET", body, headers = {}, authority, credential } = options;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = send(
      url,
      {
        method,
        timeout: LIMIT,
        ca: authority,
        cert: credential?.certificate,
        key: credential?.key,
        headers: payload === undefined ? headers : { "content-type": "application/json", ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
        response.on("error", reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`${url} gave no answer within ${LIMIT / 1000} s`)));
    sent.on("error", reject);
    sent.end(payload);
  });
}

/** Whether a server answers a URL with one of these statuses. */
export async function answers(
  url: string,
  authority?: string,
  statuses: readonly number[] = [200],
): Promise<boolean> {
  try {
    return statuses.includes((await request(url, { authority })).status);
  } catch {
    return false;
  }
}
