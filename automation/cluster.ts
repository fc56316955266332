/** Requests to the live API server, in the name of whom the environment or a token says. */

import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { loadKubeconfig, type Environment } from "../proof/connect";
import { RunFailure } from "./outcome";

/** Milliseconds that one request may take. */
const TIMEOUT_MS = 30_000;
/** Milliseconds before a request that lost the race for its quota is sent again. */
const RACE_PAUSES_MS = [50, 100, 200, 400, 800];

export interface Reply {
  readonly status: number;
  /** The API server's sentence, where it refused. */
  readonly message: string;
  readonly body: Record<string, unknown>;
  /** The server's clock when it answered, as the header `Date` says it. */
  readonly date?: string;
}

export interface Cluster {
  readonly address: string;
  /** PEM of the authority that signed the API server's certificate; undefined where a public one did. */
  readonly authority: string | undefined;
  /**
   * One request; refusals are replies too.
   *
   * @param contentType of the body; default `application/json`, and a merge patch for PATCH.
   * @throws RunFailure `failure` where the API server does not answer.
   */
  request(method: string, path: string, body?: unknown, contentType?: string): Promise<Reply>;
  /** The same server, asked with this bearer token and no other credential. */
  withToken(token: string): Cluster;
}

/** @param kubeconfig its text; default: as kubectl would find it. */
export async function openCluster(environment: Environment, kubeconfig?: string): Promise<Cluster> {
  const config = await loadKubeconfig(kubeconfig, environment);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new RunFailure("badInput", "the kubeconfig names no cluster; set KUBECONFIG");
  }
  const identity: https.RequestOptions = {};
  await config.applyToHTTPSOptions(identity);
  return cluster(server, identity);
}

function cluster(server: string, identity: https.RequestOptions): Cluster {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 8 });
  const { ca } = identity;
  return {
    address: server,
    authority: ca === undefined ? undefined : String(ca),
    request: (method, path, body, contentType = CONTENT_TYPES[method] ?? "application/json") => {
      // Joined, not resolved: a proxy may serve a cluster below a path of its own.
      const url = new URL(`${server.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`);
      const headers = { ...identity.headers, "content-type": contentType };
      return pastRaces(() => send(url, { ...identity, method, headers, agent }, body));
    },
    withToken: (token) =>
      cluster(server, { ca, servername: identity.servername, headers: { authorization: `Bearer ${token}` } }),
  };
}

const CONTENT_TYPES: Readonly<Record<string, string>> = { PATCH: "application/merge-patch+json" };

/**
 * The reply to a request, which is sent again while the API server refuses it only because something else was counted
 * against the namespace's quota at the same moment. Nothing has been done then; kubernetes/kubernetes#67761.
 */
export async function pastRaces<Answer extends Pick<Reply, "status" | "body">>(
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (const pause of RACE_PAUSES_MS) {
    const answer = await ask();
    if (!lostRace(answer)) {
      return answer;
    }
    await sleep(pause);
  }
  return ask();
}

function lostRace({ status, body: { reason, details } }: Pick<Reply, "status" | "body">): boolean {
  const { kind } = (details ?? {}) as { readonly kind?: unknown };
  return status === 409 && reason === "Conflict" && kind === "resourcequotas";
}

function send(url: URL, { headers, ...options }: https.RequestOptions, body: unknown): Promise<Reply> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const content = body === undefined ? undefined : JSON.stringify(body);
  // Node leaves the length of a DELETE's body out: the server would take the body for the connection's next request.
  const length = content === undefined ? {} : { "content-length": Buffer.byteLength(content) };
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(
        new RunFailure("failure", `the API server at ${url.origin} does not answer: ${error.message}`, {
          cause: error,
        }),
      );
    const request = https.request(
      url,
      { ...options, headers: { ...headers, ...length }, signal },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", fail);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const parsed = objectOf(text);
          const message = typeof parsed["message"] === "string" ? parsed["message"] : text.slice(0, 200);
          const { date } = response.headers;
          resolve({
            status: response.statusCode ?? 0,
            message,
            body: parsed,
            ...(date !== undefined && { date }),
          });
        });
      },
    );
    request.on("error", fail);
    request.end(content);
  });
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * The body of a reply that must be a success.
 *
 * @param what the request in words, for example `mint a token`.
 * @throws RunFailure `credentials` for 401 and 403, `resource` for any other refusal.
 */
export function accepted(what: string, { status, message, body }: Reply): Record<string, unknown> {
  if (status >= 200 && status < 300) {
    return body;
  }
  const kind = status === 401 || status === 403 ? "credentials" : "resource";
  throw new RunFailure(kind, `the API server refuses to ${what}: ${status} ${message}`);
}
