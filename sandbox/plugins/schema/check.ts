import { createHash } from "node:crypto";
import { isUnknown } from "../protocol";
import { containsUnknown, DEFAULTS, isRecord, snakeCase } from "./property";
import type { NameRule, Properties, Property, Schema } from "./property";

/** One input that Check refuses, in the words of the bridged providers. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Fills in defaults and names, and collects every fault of the inputs. */
export function checkInputs(
  schema: Schema,
  urn: string,
  olds: Properties,
  news: Properties,
): { inputs: Properties; failures: Failure[] } {
  const inputs: Properties = {};
  for (const [key, value] of Object.entries(news)) {
    if (key === DEFAULTS || value === undefined || value === null) continue;
    inputs[key] = schema[key]?.transform?.(value) ?? value;
  }
  const resource = nameInUrn(urn);
  const failures: Failure[] = [];
  const fault = (property: string, reason: string): void => {
    failures.push({ property, reason: `${reason}. Examine values at '${resource}.${property}'.` });
  };
  for (const key of Object.keys(inputs)) {
    const property = schema[key];
    if (!property || property.output) fault(key, "Invalid or unknown key");
  }
  const defaults: string[] = [];
  for (const [key, property] of Object.entries(schema)) {
    if (property.output) continue;
    if (inputs[key] === undefined) {
      const value = defaultValue(property, resource, urn, key, olds);
      if (value !== undefined) {
        inputs[key] = value;
        defaults.push(key);
      } else if (property.required) {
        fault(
          key,
          `Missing required argument. The argument "${snakeCase(key)}" is required, but no definition was found.`,
        );
      }
      continue;
    }
    const reason = wrongValue(property, key, inputs[key]);
    if (reason !== undefined) fault(key, reason);
  }
  inputs[DEFAULTS] = defaults;
  return { inputs, failures };
}

function defaultValue(
  property: Property,
  resource: string,
  urn: string,
  key: string,
  olds: Properties,
): unknown {
  if (property.default !== undefined) return property.default;
  if (!property.named) return undefined;
  const wasGenerated = Array.isArray(olds[DEFAULTS]) && olds[DEFAULTS].includes(key);
  return wasGenerated && typeof olds[key] === "string"
    ? olds[key]
    : generatedName(property.named, resource, urn);
}

/** The resource's name and seven hexadecimal digits, cut to what the service allows. */
function generatedName(rule: NameRule, resource: string, urn: string): string {
  const suffix = createHash("sha256").update(`${urn}${process.hrtime.bigint()}`).digest("hex").slice(0, 7);
  const prefix = rule.prefix ?? "";
  const room = rule.maxLength - prefix.length - suffix.length - 1;
  const name = `${prefix}${resource.slice(0, room)}-${suffix}`;
  return rule.lowerCase ? name.toLowerCase() : name;
}

function wrongValue(property: Property, key: string, value: unknown): string | undefined {
  if (isUnknown(value)) return undefined;
  if (!hasType(property, value)) {
    return `expected type "${property.type}" for ${snakeCase(key)}, got ${JSON.stringify(value)}`;
  }
  return containsUnknown(value) ? undefined : property.check?.(value);
}

function hasType(property: Property, value: unknown): boolean {
  switch (property.type) {
    case "list":
    case "set":
      return Array.isArray(value);
    case "map":
    case "object":
      return isRecord(value);
    case "string":
    case "number":
    case "boolean":
      return typeof value === property.type;
  }
}

/** The last part of a URN: the name the program gave. */
export function nameInUrn(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** Refuses a number outside the range, in Terraform's words. */
export function between(key: string, least: number, most: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "number" && (value < least || value > most)
      ? `expected ${key} to be in the range (${least} - ${most}), got ${value}`
      : undefined;
}

/** Refuses a word that is not on the list, in Terraform's words. */
export function oneOf(key: string, words: readonly string[]): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && !words.includes(value)
      ? `expected ${key} to be one of ${JSON.stringify(words).replaceAll('","', '", "')}, got ${value}`
      : undefined;
}
