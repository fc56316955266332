/** Field managers: whom the API server takes a field to belong to. */

import { randomBytes } from "node:crypto";
import type { Properties } from "../wire";
import { annotation, at, isObject, listAt, textAt } from "./object";

/** Creates are plain requests under this name, and belong to it until the first update. */
export const CREATOR = "pulumi-kubernetes";

/** Key of the state, which the official provider uses too. */
export const MANAGER_KEY = "__fieldManager";

/** Applies of one resource keep one name of their own, or two resources with fields in one object would undo each other. */
export function fieldManager(inputs: Properties, state: Properties, serverSideApply: boolean): string {
  if (!serverSideApply) {
    return CREATOR;
  }
  const named = annotation(inputs, "patchFieldManager") ?? textAt(state, MANAGER_KEY);
  return named ?? `${CREATOR}-${randomBytes(4).toString("hex")}`;
}

interface ManagedFields {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly fieldsV1: Properties;
  readonly subresource?: string;
}

/** Whose fields ours takes over: its own of before the first apply, and those of `kubectl apply`. */
const PREDECESSORS: readonly (readonly [manager: string, operation: string])[] = [
  [CREATOR, "Update"],
  ["pulumi-resource-kubernetes", "Update"],
  ["before-first-apply", "Update"],
  ["kubectl", "Apply"],
  ["kubectl", "Update"],
];

/**
 * The object's managed fields with those of predecessors turned into applied ones of the manager: else a field that
 * the program drops would stay, and one that it changes would conflict.
 * @returns undefined where there is nothing to take over.
 */
export function takenOver(live: Properties, manager: string): readonly unknown[] | undefined {
  const entries = listAt(live, "metadata", "managedFields") as readonly ManagedFields[];
  const ours = (entry: ManagedFields) =>
    entry.manager === manager && entry.operation === "Apply" && entry.subresource === undefined;
  const replaced = entries.filter(
    (entry) =>
      entry.subresource === undefined &&
      PREDECESSORS.some(([name, operation]) => entry.manager === name && entry.operation === operation) &&
      !ours(entry),
  );
  const [first] = replaced;
  if (first === undefined) {
    return undefined;
  }
  const own = entries.find(ours) ?? { ...first, manager, operation: "Apply" };
  const fieldsV1 = [own, ...replaced].map((entry) => entry.fieldsV1).reduce(union, {});
  const kept = entries.filter((entry) => !ours(entry) && !replaced.includes(entry));
  return [...kept, { ...own, fieldsV1 }];
}

/** Whether the provider made the object and has not applied to it yet: a preview then cannot tell conflicts. */
export function isUnapplied(live: Properties): boolean {
  return listAt(live, "metadata", "managedFields").some(
    (entry) =>
      at(entry, "operation") === "Update" &&
      [CREATOR, "pulumi-resource-kubernetes"].includes(String(at(entry, "manager"))),
  );
}

/** Two sets of fields as one: objects whose keys are the fields. */
function union(a: Properties, b: Properties): Properties {
  const merged = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const other = merged[key];
    merged[key] = isObject(other) && isObject(value) ? union(other, value) : value;
  }
  return merged;
}
