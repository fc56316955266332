/** Paths of a document: what lies there, where in the text, and how people write them. */

import { isCollection, isMap, isNode, isPair, isScalar, isSeq, type Document } from "yaml";
import { shown } from "./fault";
import type { Path } from "./rules";

/** The value at a path, or undefined. */
export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    document,
  );
}

/** Where a path of the document begins in the text; `onKey` means the key instead of its value. */
export function offsetOf(document: Document.Parsed, path: Path, onKey: boolean): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!isPair(pair)) {
        return offset;
      }
      const key = isNode(pair.key) ? pair.key.range?.[0] : undefined;
      const value = isNode(pair.value) ? pair.value.range?.[0] : undefined;
      offset = (last && onKey ? key : (value ?? key)) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset;
    } else if (!isCollection(node)) {
      return offset;
    }
  }
  return offset;
}

/** A path as people write it: `network.egress[0].cidr`. */
export function fieldName(path: Path): string {
  return path.reduce<string>(joinPath, "");
}

function joinPath(path: string, step: string | number): string {
  if (typeof step === "number") {
    return `${path}[${step}]`;
  }
  const name = /^[\w./-]{1,60}$/.test(step) ? step : shown(step);
  return path === "" ? name : `${path}.${name}`;
}
