/** Kubernetes' CEL library of quantities, as far as the rules use it. */

import type { Environment } from "@marcbachmann/cel-js";
import { quantity } from "../model/quantity";

/** A value of the type `Quantity`. */
class Quantity {
  constructor(readonly amount: bigint) {}
}

const GRAMMAR = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,2})|([numkKMGTPEi]*))$/;
const NANO = 1_000_000_000n;

/**
 * In thousand-millionths. Kubernetes also reads signs, powers of ten, halves of a fraction and a unit without a number,
 * none of which a tenant's file may hold.
 */
function amountOf(text: string): bigint | undefined {
  const [, sign, whole = "", fraction = "", power, unit = ""] = GRAMMAR.exec(text) ?? [];
  const scale = power === undefined ? quantity(`1${unit}`) : NANO * 10n ** BigInt(Math.max(Number(power), 0));
  if (sign === undefined || text === "" || scale === undefined) {
    return undefined;
  }
  const parts = 10n ** BigInt(fraction.length + Math.max(-Number(power ?? 0), 0));
  // What is finer than the smallest step counts as one.
  const amount = (BigInt(`0${whole}${fraction}`) * scale + parts - 1n) / parts;
  return sign === "-" ? -amount : amount;
}

export function addQuantities(environment: Environment): void {
  environment
    .registerType("Quantity", Quantity)
    .registerFunction("isQuantity(string): bool", (text: string) => amountOf(text) !== undefined)
    .registerFunction("quantity(string): Quantity", (text: string) => {
      const amount = amountOf(text);
      if (amount === undefined) {
        throw new RangeError(`${text} is not a quantity`);
      }
      return new Quantity(amount);
    })
    .registerFunction(
      "Quantity.isGreaterThan(Quantity): bool",
      (one: Quantity, other: Quantity) => one.amount > other.amount,
    );
}
