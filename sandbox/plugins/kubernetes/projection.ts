/** The live object as inputs: only what the program set, so that what servers fill in is no drift. */

import type { Properties } from "../wire";
import { holdsAmounts, sameAmount } from "./amount";
import { ANNOTATIONS, isObject, type KubernetesObject } from "./object";

const SERVER_METADATA = new Set([
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);
const SERVER_ANNOTATIONS = new Set<string>([ANNOTATIONS.lastApplied, "deployment.kubernetes.io/revision"]);

/**
 * Live values of the fields that the inputs name; a field that went away goes away. Of a list it looks at as many
 * items as the program wrote, as the official provider does: what others appended is theirs.
 */
export function projected(inputs: unknown, live: unknown): unknown {
  return project(inputs, live, false);
}

function project(inputs: unknown, live: unknown, amount: boolean): unknown {
  if (isObject(inputs) && isObject(live)) {
    const kept = Object.entries(inputs)
      .map(([key, value]) => [key, project(value, live[key], amount || holdsAmounts(key))] as const)
      .filter(([, value]) => value !== undefined);
    return Object.fromEntries(kept);
  }
  if (Array.isArray(inputs) && Array.isArray(live)) {
    return live.slice(0, inputs.length).map((value, index) => project(inputs[index], value, false));
  }
  // The server leaves out what is empty.
  if (live === undefined && isEmpty(inputs)) {
    return inputs;
  }
  return amount && sameAmount(inputs, live) ? inputs : live;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** An object without what only the server writes: the inputs of an import. */
export function authored(live: KubernetesObject): Properties {
  const { annotations, ...metadata } = without(live.metadata, SERVER_METADATA);
  const own = isObject(annotations) ? without(annotations, SERVER_ANNOTATIONS) : {};
  const kept = Object.keys(own).length === 0 ? {} : { annotations: own };
  return { ...without(live, new Set(["status"])), metadata: { ...metadata, ...kept } };
}

/** Without the copy of the whole object that `kubectl apply` leaves, and without who manages which field. */
export function recorded(live: KubernetesObject): KubernetesObject {
  const metadata = without(live.metadata, new Set(["managedFields"]));
  const { annotations } = metadata;
  if (isObject(annotations)) {
    metadata["annotations"] = without(annotations, new Set([ANNOTATIONS.lastApplied]));
  }
  return { ...live, metadata: metadata as KubernetesObject["metadata"] };
}

function without(object: Properties, keys: ReadonlySet<string>): Properties {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}
