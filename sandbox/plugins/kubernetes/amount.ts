/** Quantities, which the API server writes in its own way: 1024Mi comes back as 1Gi. */

import { quantity } from "../../../model/quantity";

/** Fields that hold quantities. */
const AMOUNTS = new Set([
  "capacity",
  "default",
  "defaultRequest",
  "hard",
  "limits",
  "max",
  "maxLimitRequestRatio",
  "min",
  "podFixed",
  "requests",
]);

export function holdsAmounts(key: string): boolean {
  return AMOUNTS.has(key);
}

/** Whether two texts or numbers say the same amount. */
export function sameAmount(a: unknown, b: unknown): boolean {
  const [first, second] = [a, b].map((value) =>
    typeof value === "string" || typeof value === "number" ? quantity(String(value)) : undefined,
  );
  return first !== undefined && first === second;
}
