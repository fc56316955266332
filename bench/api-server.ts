/** A sandbox's API server to measure: asked over one connection, one question after the other. */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { stopSandbox } from "../sandbox/down";
import { sandboxEnvironment } from "../sandbox/environment";
import { startSandbox } from "../sandbox/up";

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** From the first byte of the question to the last of the answer, in milliseconds. */
  readonly took: number;
}

export interface ApiServer {
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Asks, and fails with the server's own sentence if it refuses. */
  readonly succeed: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Seconds of CPU that the process has used; Linux only. */
  readonly cpu: () => number;
}

/** Starts a sandbox of its own, hands its API server over, and takes it down. */
export async function withApiServer(work: (server: ApiServer) => Promise<void>): Promise<void> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-bench-"));
  try {
    const { servers } = await startSandbox({ dataDir, progress: (line) => console.log(`  ${line}`) });
    const pid = servers.find(({ name }) => name === "kube-apiserver")?.pid;
    const ask = await asker(fs.readFileSync(sandboxEnvironment(dataDir)["KUBECONFIG"] ?? "", "utf8"));
    await work({
      ask,
      succeed: async (method, url, body) => {
        const answer = await ask(method, url, body);
        if (answer.status >= 300) {
          throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
        }
        return answer;
      },
      cpu: () => cpuOf(pid),
    });
  } finally {
    await stopSandbox({ dataDir });
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

async function asker(kubeconfig: string): Promise<ApiServer["ask"]> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const server = config.getCurrentCluster()?.server;
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key } = options;
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca, cert, key });
  return (method, url, body) =>
    new Promise((resolve, reject) => {
      const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const started = process.hrtime.bigint();
      const request = https.request(
        new URL(url, server),
        { method, agent, headers: { "content-type": type } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const took = Number(process.hrtime.bigint() - started) / 1e6;
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8"), took });
          });
        },
      );
      request.on("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/** User and system time, by the kernel's count of ticks. */
function cpuOf(pid: number | undefined): number {
  if (pid === undefined || process.platform !== "linux") {
    return Number.NaN;
  }
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}
