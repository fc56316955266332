/** Small servers on this machine alone, for what reads over HTTP. */

import * as http from "node:http";
import type { AddressInfo } from "node:net";

export interface LocalServer {
  readonly address: string;
  readonly requests: http.IncomingMessage[];
  close(): Promise<void>;
}

type Answer = [status: number, body: unknown, headers?: Record<string, string>];

/** A server that answers each request with what `answer` says, or with nothing but a broken connection. */
export async function serve(
  answer: (request: http.IncomingMessage, count: number, body: string) => Answer | "broken",
): Promise<LocalServer> {
  const requests: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    const count = requests.push(request);
    const sent: Buffer[] = [];
    request.on("data", (chunk: Buffer) => sent.push(chunk));
    request.on("end", () => {
      const answered = answer(request, count, Buffer.concat(sent).toString("utf8"));
      if (answered === "broken") {
        request.socket.resetAndDestroy();
        return;
      }
      const [status, body, headers] = answered;
      response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Sets variables of the environment while `work` runs. */
export async function withEnvironment<T>(
  variables: Readonly<Record<string, string | undefined>>,
  work: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const set = (entries: Iterable<readonly [string, string | undefined]>) => {
    for (const [name, value] of entries) {
      if (value === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = value;
      }
    }
  };
  set(Object.entries(variables));
  try {
    return await work();
  } finally {
    set(before);
  }
}
