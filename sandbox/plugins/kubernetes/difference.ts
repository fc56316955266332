/** What a change of inputs means: an update, or a new object because the field cannot change in place. */

import { isUnknown, type DiffResult, type PropertyChange } from "../protocol";
import type { Properties } from "../wire";
import { holdsAmounts, sameAmount } from "./amount";
import { groupOf } from "./discovery";
import { annotation, isObject, textAt } from "./object";

const IDENTITY = ["metadata.name", "metadata.namespace"];

/**
 * @param immutable fields that cannot change in place, as paths; `[*]` is every item of a list.
 * @param ignored paths that the program told the engine to leave alone.
 */
export function difference(
  olds: Properties,
  news: Properties,
  immutable: readonly string[],
  ignored: readonly string[] = [],
): DiffResult {
  const fields = [...IDENTITY, ...immutable];
  const changes = changesBetween(olds, news, "").filter(
    ([path]) => !ignored.some((field) => covers(field, path)),
  );
  const replaces = changes.filter(([path, kind]) =>
    fields.some((field) => covers(field, path) || (kind !== "update" && covers(path, field))),
  );
  const paths = new Set(replaces.map(([path]) => path));
  for (const path of otherType(olds, news)) {
    paths.add(path);
  }
  const detailed = Object.fromEntries(
    changes.map(([path, kind]): [string, PropertyChange] => [
      path,
      { kind: paths.has(path) ? `${kind}-replace` : kind, input: true },
    ]),
  );
  return {
    changes: changes.length > 0,
    replaces: [...paths],
    deleteBeforeReplace: paths.size > 0 && inTheWay(olds, news),
    detailed,
  };
}

/** Another version of the same group is the same object; another group or kind is not. */
function otherType(olds: Properties, news: Properties): string[] {
  const group = (object: Properties) => groupOf(String(object["apiVersion"]));
  return [
    ...(group(olds) === group(news) ? [] : ["apiVersion"]),
    ...(olds["kind"] === news["kind"] ? [] : ["kind"]),
  ];
}

/** The old object must go before the new one can come: both have the same name, and it was chosen. */
function inTheWay(olds: Properties, news: Properties): boolean {
  const name = textAt(news, "metadata", "name");
  return (
    name !== undefined &&
    annotation(news, "autonamed") !== "true" &&
    name === textAt(olds, "metadata", "name") &&
    textAt(news, "metadata", "namespace") === textAt(olds, "metadata", "namespace")
  );
}

/** Whether the path is the field or lies below it. */
export function covers(field: string, path: string): boolean {
  const any = path.replace(/\[\d+\]/g, "[*]");
  return [path, any].some((spelling) => spelling === field || /^[.[]/.test(tail(spelling, field)));
}

function tail(path: string, field: string): string {
  return path.startsWith(field) ? path.slice(field.length) : "";
}

type Change = readonly [path: string, kind: "add" | "delete" | "update"];

/** Every difference, by property path, as deep down as both sides have the same shape. */
export function changesBetween(old: unknown, now: unknown, path: string, amount = false): Change[] {
  if (old === undefined || now === undefined) {
    return old === now ? [] : [[path, old === undefined ? "add" : "delete"]];
  }
  if (isUnknown(now)) {
    return [[path, "update"]];
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    return Array.from({ length: Math.max(old.length, now.length) }, (_, index) =>
      changesBetween(old[index], now[index], `${path}[${index}]`),
    ).flat();
  }
  if (isObject(old) && isObject(now)) {
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
      changesBetween(old[key], now[key], below(path, key), amount || holdsAmounts(key)),
    );
  }
  return old === now || (amount && sameAmount(old, now)) ? [] : [[path, "update"]];
}

function below(path: string, key: string): string {
  if (/[."[\]]/.test(key)) {
    return `${path}["${key.replaceAll('"', '\\"')}"]`;
  }
  return path === "" ? key : `${path}.${key}`;
}
