/** Kubernetes' CEL library of quantities, as far as the rules use it. */

import type { Environment } from "@marcbachmann/cel-js";
import { quantity } from "../model/quantity";

/** A value of the type `Quantity`. */
class Quantity {
  constructor(readonly amount: bigint) {}
}

const WITH_EXPONENT = /^([0-9]+)[eE]\+?([0-9]{1,2})$/;

/** Kubernetes also reads a sign and a power of ten, which nobody writes in a tenant's file. */
function amountOf(text: string): bigint | undefined {
  const unsigned = text.replace(/^\+/, "");
  const [, digits, power] = WITH_EXPONENT.exec(unsigned) ?? [];
  return quantity(digits === undefined ? unsigned : digits + "0".repeat(Number(power)));
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
