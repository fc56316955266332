/** The live object as inputs: only what the program set, so that what servers fill in is no drift. */

import { quantity } from "../../../model/quantity";
import { isObject } from "./difference";

const SERVER_METADATA = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "selfLink",
  "managedFields",
  "deletionTimestamp",
];

/** Live values of the fields that the inputs name. A field that went away goes away. */
export function projected(inputs: unknown, live: unknown): unknown {
  if (isObject(inputs)) {
    if (!isObject(live)) {
      return live === undefined && Object.keys(inputs).length === 0 ? inputs : live;
    }
    const kept = Object.keys(inputs)
      .map((key) => [key, projected(inputs[key], live[key])] as const)
      .filter(([, value]) => value !== undefined);
    return Object.fromEntries(kept);
  }
  if (Array.isArray(inputs)) {
    if (!Array.isArray(live)) {
      return live === undefined && inputs.length === 0 ? inputs : live;
    }
    return live.length === inputs.length ? inputs.map((input, index) => projected(input, live[index])) : live;
  }
  return sameAmount(inputs, live) ? inputs : live;
}

/** The API server writes quantities in its own way: 1024Mi comes back as 1Gi. */
function sameAmount(a: unknown, b: unknown): boolean {
  if (!["string", "number"].includes(typeof a) || !["string", "number"].includes(typeof b)) {
    return false;
  }
  const amount = quantity(String(a));
  return amount !== undefined && amount === quantity(String(b));
}

/** An object without what only the server writes: the inputs of an import. */
export function authored(live: Record<string, unknown>): Record<string, unknown> {
  const { status: _status, metadata, ...rest } = live;
  const kept = Object.entries(isObject(metadata) ? metadata : {}).filter(
    ([key]) => !SERVER_METADATA.includes(key),
  );
  return { ...rest, metadata: Object.fromEntries(kept) };
}

/** What the state holds of a live object. */
export function recorded(live: Record<string, unknown>): Record<string, unknown> {
  const { metadata, ...rest } = live;
  const { managedFields: _managedFields, ...kept } = isObject(metadata) ? metadata : {};
  return { ...rest, metadata: kept };
}
