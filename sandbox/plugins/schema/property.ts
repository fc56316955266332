import { isUnknown } from "../protocol";

/** The values of a resource, keyed by property name; a value the engine does not know yet is `UNKNOWN`. */
export type Properties = Record<string, unknown>;

/** How two values of a property are compared: sets ignore order, documents are compared by meaning. */
export type PropertyType = "string" | "number" | "boolean" | "list" | "set" | "map" | "object";

/** Makes the name of a resource whose program gives none. */
export interface NameRule {
  readonly prefix?: string;
  readonly maxLength: number;
  readonly lowerCase?: boolean;
}

/** What one property of a resource is. Check, Diff, previews and refreshes all follow from a table of these. */
export interface Property {
  readonly type: PropertyType;
  readonly required?: boolean;
  /** Filled in at Check when the program gives no value. */
  readonly default?: unknown;
  /** A change needs a new resource. */
  readonly replaces?: boolean;
  /** The server chooses a value when the program gives none; the value is unknown until then. */
  readonly computed?: boolean;
  /** Only the server sets it: never an input. */
  readonly output?: boolean;
  /** The engine must keep it encrypted, whatever the program says. */
  readonly secret?: boolean;
  /** The program may leave it out and gets a generated name. */
  readonly named?: NameRule;
  /** Turns what the program may write into the form that is sent and recorded. */
  readonly transform?: (value: unknown) => unknown;
  /** Says what is wrong with a known value, or nothing. */
  readonly check?: (value: unknown) => string | undefined;
  /** Equality finer than the type's own, for documents that mean the same in other words. */
  readonly same?: (left: unknown, right: unknown) => boolean;
}

/** The properties of one resource type. */
export type Schema = Readonly<Record<string, Property>>;

/** True for the values Terraform providers do not tell from an absent one. */
export function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).every((key) => key === DEFAULTS);
}

/** The engine-hidden input that lists which inputs were filled in at Check, as the official providers keep it. */
export const DEFAULTS = "__defaults";

/** Narrows to an object with string keys. */
export function isRecord(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isUnknown(value);
}

/** A string property's value; empty where the program gives none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Whether the value, or anything inside it, is unknown. */
export function containsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isRecord(value) && Object.values(value).some(containsUnknown);
}

/** Whether two values of a property mean the same to the server. */
export function sameValue(property: Property, left: unknown, right: unknown): boolean {
  if (isZero(left) && isZero(right)) return true;
  if (isZero(left) !== isZero(right)) return false;
  if (property.same) return property.same(left, right);
  const unordered = property.type === "set";
  return canonical(left, unordered) === canonical(right, unordered);
}

/** `customKeyStoreId` → `custom_key_store_id`, the name Terraform's messages use. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function canonical(value: unknown, unordered: boolean): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item, false));
    return `[${(unordered ? items.sort() : items).join(",")}]`;
  }
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .filter((key) => key !== DEFAULTS && !isZero(value[key]))
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key], false)}`);
  return `{${entries.join(",")}}`;
}
