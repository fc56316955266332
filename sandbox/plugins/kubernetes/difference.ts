/** What a change of inputs means: an update, or a new object because the API server lets the field change no more. */

import { isUnknown, type DiffResult, type PropertyChange } from "../protocol";
import type { Kind } from "./discovery";

const ALWAYS = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

/** Fields that cannot change, by kind; a path covers everything below it. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  StorageClass: ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
  PriorityClass: ["value", "preemptionPolicy"],
  RuntimeClass: ["handler"],
  Secret: ["type"],
  PersistentVolumeClaim: [
    "spec.accessModes",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeName",
    "spec.volumeMode",
  ],
  Pod: ["spec"],
  Job: ["spec.selector", "spec.template", "spec.completions", "spec.completionMode"],
  Deployment: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  ReplicaSet: ["spec.selector"],
  StatefulSet: ["spec.selector", "spec.serviceName", "spec.volumeClaimTemplates", "spec.podManagementPolicy"],
};

export interface Mutability {
  readonly configMaps: boolean;
  readonly secrets: boolean;
}

/** @param pinned whether the object's name was chosen, so that old and new cannot stand side by side. */
export function difference(
  { kind }: Kind,
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
  mutable: Mutability,
  pinned: boolean,
): DiffResult {
  const immutable = [...ALWAYS, ...(IMMUTABLE[kind] ?? []), ...dataFields(kind, olds, mutable)];
  const changes = changesBetween(olds, news, "");
  const replaces = changes.filter(([path]) =>
    immutable.some((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)),
  );
  const detailed = Object.fromEntries(
    changes.map(([path, change]): [string, PropertyChange] => [
      path,
      { kind: replaces.some(([replaced]) => replaced === path) ? `${change}-replace` : change, input: true },
    ]),
  );
  return {
    changes: changes.length > 0,
    replaces: replaces.map(([path]) => path),
    deleteBeforeReplace: pinned && replaces.length > 0,
    detailed,
  };
}

function dataFields(kind: string, olds: Record<string, unknown>, mutable: Mutability): string[] {
  const frozen = olds["immutable"] === true;
  const replaced =
    (kind === "ConfigMap" && (frozen || !mutable.configMaps)) ||
    (kind === "Secret" && (frozen || !mutable.secrets));
  return replaced ? ["data", "binaryData", "stringData"] : [];
}

type Change = readonly [path: string, kind: "add" | "delete" | "update"];

/** Every leaf that differs, by property path. */
export function changesBetween(old: unknown, now: unknown, path: string): Change[] {
  if (isUnknown(now)) {
    return isUnknown(old) ? [] : [[path, "update"]];
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    return Array.from({ length: Math.max(old.length, now.length) }, (_, index) =>
      changesBetween(old[index], now[index], `${path}[${index}]`),
    ).flat();
  }
  if (isObject(old) && isObject(now)) {
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
      changesBetween(old[key], now[key], joinPath(path, key)),
    );
  }
  if (old === undefined || now === undefined) {
    return old === now ? [] : [[path, old === undefined ? "add" : "delete"]];
  }
  return JSON.stringify(old) === JSON.stringify(now) ? [] : [[path, "update"]];
}

function joinPath(path: string, key: string): string {
  const step = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : `["${key}"]`;
  return path === "" || step.startsWith("[") ? path + step : `${path}.${step}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
