import { isZero, snakeCase } from "../schema/property";
import type { Properties, Property, Schema } from "../schema/property";

/** The token settings that every role of an auth method has. */
export const TOKEN_PROPERTIES: Schema = {
  aliasMetadata: { type: "map" },
  tokenBoundCidrs: { type: "set" },
  tokenExplicitMaxTtl: { type: "number" },
  tokenMaxTtl: { type: "number" },
  tokenNoDefaultPolicy: { type: "boolean" },
  tokenNumUses: { type: "number" },
  tokenPeriod: { type: "number" },
  tokenPolicies: { type: "set" },
  tokenTtl: { type: "number" },
  tokenType: { type: "string", default: "default" },
};

const EMPTY: Readonly<Record<Property["type"], unknown>> = {
  string: "",
  number: 0,
  boolean: false,
  list: [],
  set: [],
  map: {},
  object: {},
};

/** What to send when a role is created: every setting the program gives. */
export function createFields(schema: Schema, inputs: Properties): Properties {
  const given = Object.keys(schema).filter(
    (key) => !isZero(inputs[key]) || schema[key]?.default !== undefined,
  );
  return Object.fromEntries(given.map((key) => [snakeCase(key), inputs[key]]));
}

/** What to send when it changes: a setting the program took away is set back to empty. */
export function changedFields(schema: Schema, inputs: Properties, changed: ReadonlySet<string>): Properties {
  const entries = Object.entries(schema).filter(([key]) => changed.has(key));
  return Object.fromEntries(entries.map(([key, { type }]) => [snakeCase(key), inputs[key] ?? EMPTY[type]]));
}

/** The live settings; one that this server does not know stays as recorded. */
export function liveFields(schema: Schema, data: Properties, known: Properties): Properties {
  return Object.fromEntries(
    Object.entries(schema).map(([key, { type }]) => {
      const name = snakeCase(key);
      return [key, name in data ? (data[name] ?? EMPTY[type]) : known[key]];
    }),
  );
}
