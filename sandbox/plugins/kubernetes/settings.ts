/** The provider's settings: from its arguments, else from the environment. */

import type { DiffResult, PropertyChange } from "../protocol";
import { isUnknown } from "../protocol";
import type { Properties } from "../wire";
import { at, isObject } from "./object";
import { activeCluster, loadKubeconfig, type Choice } from "./kubeconfig";

export interface Settings extends Choice {
  /** Path or text. */
  readonly kubeconfig?: string;
  /** Of objects that name none; undefined for that of the kubeconfig. */
  readonly namespace?: string;
  /** Requests a second, and at once. */
  readonly qps: number;
  readonly burst: number;
  /** Seconds for one request; 0 for as long as the server likes. */
  readonly timeout: number;
  readonly serverSideApply: boolean;
  /** Takes fields from their managers instead of reporting a conflict. */
  readonly patchForce: boolean;
  /** Takes over what is there already instead of refusing. */
  readonly upsert: boolean;
  readonly mutableConfigMaps: boolean;
  readonly mutableSecrets: boolean;
  /** When the cluster does not answer: objects count as gone. */
  readonly deleteUnreachable: boolean;
  /** When the cluster does not answer: objects count as unchanged. */
  readonly skipUpdateUnreachable: boolean;
}

export function readSettings(config: Properties): Settings {
  const client = setting(config, "kubeClientSettings");
  const flag = (key: string, variable: string, fallback = false): boolean => {
    const value = setting(config, key) ?? process.env[`PULUMI_K8S_${variable}`];
    return value === undefined || value === "" ? fallback : value === true || value === "true";
  };
  const amount = (key: string, variable: string, fallback: number): number => {
    const value = at(client, key) ?? process.env[`PULUMI_K8S_CLIENT_${variable}`];
    return value === undefined || value === "" ? fallback : Number(value);
  };
  if (text(config, "renderYamlToDirectory") !== undefined) {
    throw new Error("the sandbox's plugin does not render YAML: leave out renderYamlToDirectory");
  }
  return {
    kubeconfig: text(config, "kubeconfig"),
    context: text(config, "context"),
    cluster: text(config, "cluster"),
    namespace: text(config, "namespace"),
    qps: amount("qps", "QPS", 50),
    burst: amount("burst", "BURST", 120),
    timeout: amount("timeout", "TIMEOUT", 0),
    serverSideApply: flag("enableServerSideApply", "ENABLE_SERVER_SIDE_APPLY", true),
    patchForce: flag("enablePatchForce", "ENABLE_PATCH_FORCE"),
    upsert: flag("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS"),
    mutableConfigMaps: flag("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE"),
    mutableSecrets: flag("enableSecretMutable", "ENABLE_SECRET_MUTABLE"),
    deleteUnreachable: flag("deleteUnreachable", "DELETE_UNREACHABLE"),
    skipUpdateUnreachable: flag("skipUpdateUnreachable", "SKIP_UPDATE_UNREACHABLE"),
  };
}

/**
 * Another cluster means other objects: everything is replaced. A `clusterIdentifier` that stays says that it is the
 * same one, whatever else changed.
 */
export function settingsDifference(olds: Properties, news: Properties): DiffResult {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => key !== "version");
  const changed = keys.filter((key) => isUnknown(news[key]) || !same(olds[key], news[key]));
  const replaces = changed.filter((key) => replacesAll(key, olds, news));
  const change = (key: string): PropertyChange => {
    const kind = olds[key] === undefined ? "add" : news[key] === undefined ? "delete" : "update";
    return { kind: replaces.includes(key) ? `${kind}-replace` : kind, input: true };
  };
  return {
    changes: changed.length > 0,
    replaces,
    detailed: Object.fromEntries(changed.map((key) => [key, change(key)])),
  };
}

function replacesAll(key: string, olds: Properties, news: Properties): boolean {
  const [old, now] = [olds["clusterIdentifier"], news["clusterIdentifier"]];
  if (now !== undefined && old === now) {
    return false;
  }
  if (key === "clusterIdentifier") {
    return old !== undefined && now !== undefined;
  }
  if (!["kubeconfig", "context", "cluster"].includes(key)) {
    return false;
  }
  if (isUnknown(news[key])) {
    return true;
  }
  const [before, after] = [meantCluster(olds), meantCluster(news)];
  return before !== undefined && after !== undefined && !same(before, after);
}

function meantCluster(config: Properties): unknown {
  const kubeconfig = text(config, "kubeconfig");
  return kubeconfig === undefined
    ? undefined
    : activeCluster(loadKubeconfig(kubeconfig), {
        context: text(config, "context"),
        cluster: text(config, "cluster"),
      });
}

function text(config: Properties, key: string): string | undefined {
  const value = config[key];
  if (isObject(value)) {
    return JSON.stringify(value);
  }
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Nested settings and flags arrive as JSON text, as with every Pulumi provider. */
function setting(config: Properties, key: string): unknown {
  const value = config[key];
  if (typeof value !== "string") {
    return value;
  }
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
