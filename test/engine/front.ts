/**
 * A server in front of a real one: passes on what it is asked, keeps a record, and at chosen requests answers in the other's
 * place, breaks the connection, or lets the test act before or after the real server has answered.
 */

import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The call as its documentation names it: `KMS CreateKey`, or method and path where it has no other name. */
  readonly call: string;
  /** Whether something changes by it. */
  readonly writes: boolean;
}

export type Answer =
  | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }
  /** The connection is reset. */
  | "broken";

/** What happens at a request; undefined: nothing but passing it on. */
export interface Interception {
  /** Before the real server hears of it; an answer stands in for its own. */
  asked?(asked: Asked): Answer | undefined | Promise<Answer | undefined>;
  /** When the real server has answered, and before who asked gets to know. */
  answered?(asked: Asked, status: number): void | Promise<void>;
}

export interface FrontOptions {
  /** Origin of the real server. */
  readonly target: string;
  /** PEM of the authority of the real server, where it speaks TLS. */
  readonly ca?: Buffer;
  /** PEM that this one shows, where it speaks TLS. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
}

export class Front {
  readonly seen: Asked[] = [];
  interception: Interception = {};

  private constructor(
    readonly address: string,
    private readonly server: http.Server | https.Server,
  ) {}

  static async open(options: FrontOptions): Promise<Front> {
    const { tls, target } = options;
    const listener: http.RequestListener = (incoming, outgoing) =>
      void serve(front, options, incoming, outgoing);
    const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const front = new Front(`${new URL(target).protocol}//127.0.0.1:${port}`, server);
    return front;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

async function serve(
  front: Front,
  { target, ca }: FrontOptions,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/", headers } = incoming;
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) {
      chunks.push(chunk as Buffer);
    }
    const body = Buffer.concat(chunks);
    const asked: Asked = { method, path: url, ...callOf(method, url, headers, body) };
    front.seen.push(asked);
    const instead = await front.interception.asked?.(asked);
    if (instead === "broken") {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (instead !== undefined) {
      outgoing.writeHead(instead.status, instead.headers).end(instead.body);
      return;
    }
    const { protocol, hostname, port } = new URL(target);
    const client = protocol === "https:" ? https : http;
    // The Host header stays: AWS signs it.
    const forwarded = client.request(
      { hostname, port, method, path: url, headers, ...(ca && { ca }) },
      (answer) => {
        void (async () => {
          await front.interception.answered?.(asked, answer.statusCode ?? 0);
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        })();
      },
    );
    // Who watches and leaves must not keep the real server busy.
    outgoing.on("close", () => forwarded.destroy());
    forwarded.on("error", () => outgoing.destroy());
    forwarded.end(body);
  } catch {
    outgoing.destroy();
  }
}

const READS = /^(Get|List|Describe|Head|Simulate|Assume|Lookup)/;
/** Asked by POST, and nothing is kept: dry runs, questions about rights, tokens of the engine's own. */
const QUESTIONS =
  /dryRun=All|\/(authorization|authentication)\.k8s\.io\/|\/capabilities|\/lookup|\/auth\/token\/|\/events/;

function callOf(method: string, url: string, headers: http.IncomingHttpHeaders, body: Buffer) {
  const target = headers["x-amz-target"];
  const form = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  const action =
    typeof target === "string"
      ? target.split(".").at(-1)
      : form && new URLSearchParams(body.toString()).get("Action");
  if (action) {
    return { call: action, writes: !READS.test(action) };
  }
  const writes = !["GET", "HEAD", "LIST", "OPTIONS"].includes(method) && !QUESTIONS.test(url);
  return { call: `${method} ${url.split("?")[0] ?? url}`, writes };
}
