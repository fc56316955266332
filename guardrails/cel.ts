/** CEL as the API server evaluates it, as far as the rules use it. */

import { Environment } from "@marcbachmann/cel-js";
import { addQuantities } from "./cel-quantity";

let shared: Environment | undefined;

/** The language with optional values and the libraries of Kubernetes that the rules call. */
export function celEnvironment(): Environment {
  if (shared === undefined) {
    shared = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true });
    addQuantities(shared);
  }
  return shared;
}

/** A JSON value as CEL takes it: whole numbers are integers, as in the API server. */
export function celValue(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isInteger(value) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) {
    return value.map(celValue);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]) => [key, celValue(inner)]),
    );
  }
  return value;
}
