/** Connections to the live servers, by what the environment holds, as the tools of each system read it. Reads only. */

import * as fs from "node:fs";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import type { Platform } from "../model/platform";
import { jsonReader, ReadError, type Answer, type Reader } from "./reader";

export interface VaultReader extends Reader {
  /** Reads inside a namespace, relative to that of the environment. */
  within(namespace: string): Reader;
}

/** A cluster, and what its user may do there. */
export interface ClusterReader extends Reader {
  /** Whether the user holds every verb on every kind: the administrator of the cluster. */
  mayEverything(): Promise<boolean>;
}

export interface Connections {
  readonly platform: Platform;
  kubernetes(): Promise<ClusterReader>;
  vault(): VaultReader;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param kubeconfig contents of a kubeconfig; default: the file that KUBECONFIG names, or that of the home folder.
 * @param environment whose settings and credentials count; default: this process's.
 */
export function connect(
  platform: Platform,
  kubeconfig?: string,
  environment: Environment = process.env,
): Connections {
  let cluster: Promise<ClusterReader> | undefined;
  return {
    platform,
    kubernetes: () => (cluster ??= openCluster(kubeconfig, environment)),
    vault: () => openVault(environment),
  };
}

/**
 * The kubeconfig as kubectl would find it.
 *
 * @param text its contents; default: the files that KUBECONFIG names, or that of the home folder.
 */
export async function loadKubeconfig(
  text: string | undefined,
  environment: Environment,
): Promise<KubeConfig> {
  // Loaded only here: a run that ends at a fault in a file need not wait for it.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  const files = (environment["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
  const [first, ...others] = files;
  if (text !== undefined) {
    config.loadFromString(text);
  } else if (first === undefined) {
    config.loadFromDefault();
  } else {
    config.loadFromFile(first);
    for (const file of others) {
      const more = new KubeConfig();
      more.loadFromFile(file);
      config.mergeConfig(more);
    }
  }
  return config;
}

async function openCluster(text: string | undefined, environment: Environment): Promise<ClusterReader> {
  const config = await loadKubeconfig(text, environment);
  const address = config.getCurrentCluster()?.server;
  if (address === undefined) {
    throw new ReadError(0, "the kubeconfig names no cluster; set KUBECONFIG or the config kubeconfig");
  }
  const agent = new https.Agent({ keepAlive: true, maxSockets: 8 });
  const asking = (body?: string) =>
    jsonReader(address, async (url, signal) => {
      const options: https.RequestOptions = { signal };
      await config.applyToHTTPSOptions(options);
      return ask(url, { ...options, agent }, body);
    });
  return {
    ...asking(),
    mayEverything: async () => {
      const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
      const { status } = review.parse(await asking(JSON.stringify(EVERYTHING)).get(path));
      return status.allowed;
    },
  };
}

/** A review is posted and changes nothing: the API server answers it and keeps none. */
const EVERYTHING = {
  apiVersion: "authorization.k8s.io/v1",
  kind: "SelfSubjectAccessReview",
  spec: { resourceAttributes: { verb: "*", group: "*", resource: "*" } },
};
const review = z.object({ status: z.object({ allowed: z.boolean() }) });

/** @throws ReadError for settings that can lead to no server; a header with such a token would be quoted in an error. */
function openVault(environment: Environment): VaultReader {
  const address = environment["VAULT_ADDR"] ?? "https://127.0.0.1:8200";
  const namespace = environment["VAULT_NAMESPACE"] ?? "";
  const [token, source] = vaultToken(environment);
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    throw new ReadError(
      0,
      `VAULT_ADDR is ${JSON.stringify(address)}, which is no URL; write https://vault.example:8200`,
    );
  }
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw new ReadError(403, `${source} holds characters that no token has; set it anew`);
  }
  const reader = (inner: string): Reader =>
    jsonReader(new URL("/v1/", address).href, async (url, signal) => {
      const headers: Record<string, string> = { "X-Vault-Token": token };
      if (inner !== "") {
        headers["X-Vault-Namespace"] = inner;
      }
      const response = await fetch(url, { headers, signal });
      return { status: response.status, text: await response.text() };
    });
  return {
    ...reader(namespace),
    within: (inner) => reader([namespace, inner].filter((part) => part !== "").join("/")),
  };
}

/** The token and where it is from: the environment or, as the official provider does, the file that a login leaves. */
export function vaultToken(environment: Environment): [token: string, source: string] {
  const fromEnvironment = environment["VAULT_TOKEN"]?.trim() ?? "";
  if (fromEnvironment !== "") {
    return [fromEnvironment, "VAULT_TOKEN"];
  }
  const file = path.join(os.homedir(), ".vault-token");
  try {
    return [fs.readFileSync(file, "utf8").trim(), file];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      return ["", "VAULT_TOKEN"];
    }
    throw new ReadError(403, `VAULT_TOKEN is empty, and ${file} cannot be read (${code})`, { cause: error });
  }
}

/** @param body sent as JSON where there is one. */
function ask(url: URL, options: https.RequestOptions, body?: string): Promise<Answer> {
  const headers = { ...options.headers, "content-type": "application/json" };
  const posted = body === undefined ? options : { ...options, method: "POST", headers };
  return new Promise((resolve, reject) => {
    const request = https.request(url, posted, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}
