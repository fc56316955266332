/** Fields that the program told the engine to leave alone, when an object is applied. */

import type { Properties } from "../wire";
import { CREATOR } from "./managers";
import { at, isObject, listAt } from "./object";

/**
 * The inputs with the live values of ignored fields, and without those that somebody else manages by now: to apply
 * either as the program once wrote it would conflict, or take the field back.
 * @param ignored property paths; paths into lists are left as they are.
 */
export function leftAlone(
  inputs: Properties,
  live: Properties,
  manager: string,
  ignored: readonly string[] = [],
): Properties {
  return ignored
    .map(keysOf)
    .filter((keys) => keys.length > 0 && at(inputs, ...keys) !== undefined)
    .reduce((body, keys) => {
      if (isForeign(live, keys, manager)) {
        return withAt(body, keys, undefined);
      }
      const value = at(live, ...keys);
      return value === undefined ? body : withAt(body, keys, value);
    }, inputs);
}

/** Whether others manage the field, or something below it, and we manage nothing of it. */
function isForeign(live: Properties, keys: readonly string[], manager: string): boolean {
  const owners = listAt(live, "metadata", "managedFields")
    .filter((entry) => at(entry, "fieldsV1", ...keys.map((key) => `f:${key}`)) !== undefined)
    .map((entry) => at(entry, "manager"));
  return owners.length > 0 && !owners.some((owner) => owner === manager || owner === CREATOR);
}

/** `metadata.annotations["a.b/c"]` as its keys. */
function keysOf(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted?.replaceAll("\\", "") ?? index ?? plain ?? "",
  );
}

/** A copy with another value at the keys; undefined takes it away. */
function withAt(object: Properties, [key = "", ...below]: readonly string[], value: unknown): Properties {
  const inner = object[key];
  const copy = { ...object };
  if (below.length > 0) {
    copy[key] = isObject(inner) ? withAt(inner, below, value) : inner;
  } else if (value === undefined) {
    delete copy[key];
  } else {
    copy[key] = value;
  }
  return copy;
}
