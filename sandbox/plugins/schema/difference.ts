import { containsUnknown, DEFAULTS, isRecord, isZero, sameValue } from "./property";
import type { Properties, Property, Schema } from "./property";

/** What happens to a property, in the words of the engine's detailed diff. */
export type ChangeKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

/** What separates the wanted inputs from the recorded resource. */
export interface Difference {
  /** Top-level names of the changed properties. */
  readonly changed: ReadonlySet<string>;
  /** Those among them that need a new resource. */
  readonly replaces: string[];
  /** Property path → kind of change. */
  readonly paths: Record<string, ChangeKind>;
  /** Old and new would bear the same explicit name, so the old must go first. */
  readonly deleteBeforeReplace: boolean;
}

/** Compares wanted inputs with the recorded state, so that drift found by a refresh is repaired by the next run. */
export function difference(
  schema: Schema,
  state: Properties,
  inputs: Properties,
  ignored: readonly string[] = [],
): Difference {
  const changed = new Set<string>();
  const replaces: string[] = [];
  const paths: Record<string, ChangeKind> = {};
  for (const [key, property] of Object.entries(schema)) {
    if (property.output || ignored.includes(key) || !differs(property, state[key], inputs[key])) continue;
    changed.add(key);
    if (property.replaces) replaces.push(key);
    const suffix = property.replaces ? "-replace" : "";
    for (const [path, kind] of changedPaths(property, key, state[key], inputs[key])) {
      paths[path] = `${kind}${suffix}`;
    }
  }
  return {
    changed,
    replaces,
    paths,
    deleteBeforeReplace: replaces.length > 0 && keepsName(schema, state, inputs),
  };
}

function differs(property: Property, old: unknown, wanted: unknown): boolean {
  if (wanted === undefined || wanted === null) return !property.computed && !isZero(old);
  return containsUnknown(wanted) || !sameValue(property, old, wanted);
}

function keepsName(schema: Schema, state: Properties, inputs: Properties): boolean {
  const generated = Array.isArray(inputs[DEFAULTS]) ? inputs[DEFAULTS] : [];
  return Object.entries(schema).some(
    ([key, property]) =>
      property.named !== undefined &&
      !generated.includes(key) &&
      inputs[key] !== undefined &&
      inputs[key] === state[key],
  );
}

type PlainKind = "add" | "delete" | "update";

function changedPaths(property: Property, key: string, old: unknown, wanted: unknown): [string, PlainKind][] {
  if (property.type !== "map" || !isRecord(old) || !isRecord(wanted)) return [[key, kindOf(old, wanted)]];
  const names = new Set([...Object.keys(old), ...Object.keys(wanted)]);
  names.delete(DEFAULTS);
  return [...names]
    .filter((name) => containsUnknown(wanted[name]) || old[name] !== wanted[name])
    .map((name) => [`${key}${pathElement(name)}`, kindOf(old[name], wanted[name])]);
}

function kindOf(old: unknown, wanted: unknown): PlainKind {
  if (wanted === undefined || wanted === null) return "delete";
  return old === undefined || old === null ? "add" : "update";
}

function pathElement(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
