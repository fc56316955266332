/** Kubernetes objects as plain values, whose fields may be anything until they are looked at. */

import { isUnknown } from "../protocol";
import type { Properties } from "../wire";

/** An object as the API server answers it. */
export type KubernetesObject = Properties & {
  metadata: Properties & { name: string; namespace?: string };
};

/** What the program may write as annotations to steer the provider. */
export const ANNOTATIONS = {
  autonamed: "pulumi.com/autonamed",
  skipAwait: "pulumi.com/skipAwait",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  patchForce: "pulumi.com/patchForce",
  patchFieldManager: "pulumi.com/patchFieldManager",
  deletionPropagation: "pulumi.com/deletionPropagationPolicy",
  /** Holds a copy of the whole object, a Secret's data too: never recorded. */
  lastApplied: "kubectl.kubernetes.io/last-applied-configuration",
} as const;

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value behind the keys; undefined where one is missing. */
export function at(value: unknown, ...keys: string[]): unknown {
  return keys.reduce((inner: unknown, key) => (isObject(inner) ? inner[key] : undefined), value);
}

/** A text behind the keys; undefined where there is none, or one that is not known yet. */
export function textAt(value: unknown, ...keys: string[]): string | undefined {
  const text = at(value, ...keys);
  return typeof text === "string" && text !== "" ? text : undefined;
}

export function listAt(value: unknown, ...keys: string[]): readonly unknown[] {
  const list = at(value, ...keys);
  return Array.isArray(list) ? list : [];
}

export function annotation(object: unknown, key: keyof typeof ANNOTATIONS): string | undefined {
  return textAt(object, "metadata", "annotations", ANNOTATIONS[key]);
}

/** `namespace/name`, or the name alone where the kind has no namespaces: the resource's id. */
export function idOf({ metadata }: KubernetesObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

export function parseId(id: string): { namespace?: string; name: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

export function containsUnknown(value: unknown): boolean {
  return (
    isUnknown(value) ||
    (typeof value === "object" && value !== null && Object.values(value).some(containsUnknown))
  );
}

/** Without the fields that say nothing, which the API server would drop too. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (!isObject(value)) {
    return value;
  }
  const said = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(said.map(([key, inner]) => [key, withoutNulls(inner)]));
}
