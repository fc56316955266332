/** Questions to the live API server, asked as somebody. */

import * as https from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { pastRaces } from "../../automation/cluster";

export interface Answer {
  readonly status: number;
  /** The API server's sentence, where it refused. */
  readonly message: string;
  readonly body: Record<string, unknown>;
}

export type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string | string[]>,
) => Promise<Answer>;

const agent = new https.Agent({ keepAlive: true, maxSockets: 16 });

/** A person's or machine's way of asking, by its kubeconfig; with a token, by that alone. */
export async function asker(kubeconfig: string, token?: string): Promise<Ask> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const server = config.getCurrentCluster()?.server;
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca } = options;
  const identity = token === undefined ? { cert: options.cert, key: options.key } : {};
  const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };

  const send: Ask = (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const request = https.request(
        new URL(path, server),
        {
          method,
          ...identity,
          ca,
          agent,
          headers: { "content-type": contentType, ...bearer, ...headers },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const parsed = parseObject(text);
            const message = typeof parsed["message"] === "string" ? parsed["message"] : text.slice(0, 500);
            resolve({ status: response.statusCode ?? 0, message, body: parsed });
          });
        },
      );
      request.on("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return (...question) => pastRaces(() => send(...question));
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const RESOURCES = { cpu: "100m", memory: "64Mi" };

/** A pod that Pod Security `restricted` and every guardrail admit; `spec` and `container` may spoil it. */
export function pod(
  name: string,
  spec: Record<string, unknown> = {},
  container: Record<string, unknown> = {},
) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "app",
          image: "registry.example.com/app:1",
          resources: { requests: RESOURCES, limits: RESOURCES },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          ...container,
        },
      ],
      ...spec,
    },
  };
}
