/** The provider's settings, and the credentials behind its kubeconfig. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { DiffResult } from "../protocol";

const base64 = z.string().transform((text) => Buffer.from(text, "base64").toString("utf8"));
const named = <T extends z.ZodType>(key: string, value: T) =>
  z.array(z.object({ name: z.string(), [key]: value }));

const kubeconfigSchema = z.object({
  "current-context": z.string().optional(),
  contexts: named("context", z.object({ cluster: z.string(), user: z.string() })),
  clusters: named(
    "cluster",
    z.object({
      server: z.string(),
      "certificate-authority-data": base64.optional(),
      "certificate-authority": z.string().optional(),
    }),
  ),
  users: named(
    "user",
    z.object({
      "client-certificate-data": base64.optional(),
      "client-key-data": base64.optional(),
      token: z.string().optional(),
    }),
  ),
});

export interface Credentials {
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

export interface Settings {
  readonly credentials: Credentials;
  /** Requests a second, and at once. */
  readonly qps: number;
  readonly burst: number;
  /** Takes over what is there already, instead of refusing. */
  readonly upsert: boolean;
  readonly mutableConfigMaps: boolean;
  readonly mutableSecrets: boolean;
  readonly namespace: string;
}

/** Nested settings and flags arrive as JSON text, as with every Pulumi provider. */
function setting(config: Record<string, unknown>, key: string): unknown {
  const value = config[key];
  if (typeof value !== "string" || key === "kubeconfig") {
    return value;
  }
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

export function readSettings(config: Record<string, unknown>): Settings {
  const client = (setting(config, "kubeClientSettings") ?? {}) as { qps?: number; burst?: number };
  return {
    credentials: readCredentials(kubeconfigText(config["kubeconfig"]), setting(config, "context")),
    qps: client.qps ?? 50,
    burst: client.burst ?? 120,
    upsert: setting(config, "upsertExistingObjects") === true,
    mutableConfigMaps: setting(config, "enableConfigMapMutable") === true,
    mutableSecrets: setting(config, "enableSecretMutable") === true,
    namespace: (setting(config, "namespace") as string | undefined) ?? "default",
  };
}

function kubeconfigText(configured: unknown): string {
  if (typeof configured === "string" && configured.includes("\n")) {
    return configured;
  }
  const files = typeof configured === "string" ? configured : process.env["KUBECONFIG"];
  const file = files?.split(path.delimiter)[0] ?? path.join(os.homedir(), ".kube", "config");
  return fs.readFileSync(file, "utf8");
}

export function readCredentials(text: string, context: unknown): Credentials {
  const config = kubeconfigSchema.parse(parse(text));
  const wanted = typeof context === "string" ? context : config["current-context"];
  const chosen = config.contexts.find(({ name }) => name === wanted)?.["context"] as
    { cluster: string; user: string } | undefined;
  if (chosen === undefined) {
    throw new Error(`the kubeconfig has no context ${JSON.stringify(wanted)}`);
  }
  const cluster = config.clusters.find(({ name }) => name === chosen.cluster)?.["cluster"] as
    Record<string, string> | undefined;
  const user = config.users.find(({ name }) => name === chosen.user)?.["user"] as
    Record<string, string> | undefined;
  if (cluster?.["server"] === undefined) {
    throw new Error(`the kubeconfig has no cluster ${JSON.stringify(chosen.cluster)}`);
  }
  const authority = cluster["certificate-authority"];
  return {
    server: cluster["server"],
    ca:
      cluster["certificate-authority-data"] ??
      (authority === undefined ? undefined : fs.readFileSync(authority, "utf8")),
    cert: user?.["client-certificate-data"],
    key: user?.["client-key-data"],
    token: user?.["token"],
  };
}

/** Another cluster means other objects: everything is replaced. An identifier that stays says that it is the same. */
export function diffConfig(olds: Record<string, unknown>, news: Record<string, unknown>): DiffResult {
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]),
  );
  const identified =
    olds["clusterIdentifier"] !== undefined && olds["clusterIdentifier"] === news["clusterIdentifier"];
  const replaces = changed.filter(
    (key) =>
      key === "clusterIdentifier" || (!identified && ["kubeconfig", "context", "cluster"].includes(key)),
  );
  const detailed = Object.fromEntries(
    changed.map((key) => [
      key,
      { kind: replaces.includes(key) ? ("update-replace" as const) : ("update" as const), input: true },
    ]),
  );
  return { changes: changed.length > 0, replaces, detailed };
}
