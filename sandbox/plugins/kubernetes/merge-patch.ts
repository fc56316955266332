/** The change between two objects as a JSON merge patch (RFC 7396): client-side apply. */

import type { Properties } from "../wire";
import { isObject } from "./object";

export function mergePatch(old: Properties, now: Properties): Properties {
  const patch: Properties = {};
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const [before, after] = [old[key], now[key]];
    if (after === undefined) {
      patch[key] = null;
    } else if (isObject(before) && isObject(after)) {
      patch[key] = mergePatch(before, after);
    } else if (JSON.stringify(before) !== JSON.stringify(after)) {
      patch[key] = after;
    }
  }
  return patch;
}
