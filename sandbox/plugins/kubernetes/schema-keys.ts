/** `x-kubernetes-*` keys of CRD schemas, which the SDK spells with underscores because TypeScript names them so. */

import type { Properties } from "../wire";
import { isObject } from "./object";

const KEYS = [
  "embedded-resource",
  "int-or-string",
  "list-map-keys",
  "list-type",
  "map-type",
  "preserve-unknown-fields",
  "validations",
].map((name) => `x-kubernetes-${name}`);
const TO_SERVER = new Map(KEYS.map((key) => [key.replaceAll("-", "_"), key]));
const TO_PROGRAM = new Map(KEYS.map((key) => [key, key.replaceAll("-", "_")]));

export function toServer(properties: Properties): Properties {
  return renamed(properties, TO_SERVER) as Properties;
}

export function toProgram(properties: Properties): Properties {
  return renamed(properties, TO_PROGRAM) as Properties;
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => renamed(item, names));
  }
  if (!isObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [names.get(key) ?? key, renamed(inner, names)]),
  );
}
