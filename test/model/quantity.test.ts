/** Quantities are read exactly: against a reference, and by the laws of an order. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { amountOf, larger, quantity } from "../../model/quantity";

const POWERS = { m: -3, "": 0, k: 3, M: 6, G: 9, T: 12 } as const;
const BINARY = { Ki: 1, Mi: 2, Gi: 3, Ti: 4 } as const;

describe("quantity", () => {
  it("reads decimal units as floating point does, within its precision", () => {
    const units = fc.constantFrom(...(Object.keys(POWERS) as (keyof typeof POWERS)[]));
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(999), units, (whole, thousandths, unit) => {
        const text = `${whole}.${String(thousandths).padStart(3, "0")}`;
        const expected = Number(text) * 10 ** POWERS[unit];
        assert.ok(Math.abs(Number(amountOf(text + unit)) / 1e9 - expected) <= expected * 1e-12);
      }),
    );
  });

  it("reads binary units exactly", () => {
    const units = fc.constantFrom(...(Object.keys(BINARY) as (keyof typeof BINARY)[]));
    fc.assert(
      fc.property(fc.nat(1000), units, (whole, unit) => {
        assert.equal(
          amountOf(`${whole}${unit}`),
          BigInt(whole) * 1024n ** BigInt(BINARY[unit]) * 1_000_000_000n,
        );
      }),
    );
  });

  it("calls the same amount the same, however it is written", () => {
    for (const [a, b] of [
      ["1", "1000m"],
      ["0.5", "500m"],
      ["1Gi", "1024Mi"],
      ["1k", "1000"],
      ["1.5Gi", "1536Mi"],
      ["1.0", "1"],
    ] as const) {
      assert.equal(quantity(a), quantity(b), `${a} and ${b}`);
    }
    assert.ok(amountOf("1G") < amountOf("1Gi"));
    assert.ok(amountOf("999m") < amountOf("1"));
  });

  it("takes the largest there is, and nothing larger or finer", () => {
    assert.notEqual(quantity("9223372036854775807"), undefined);
    for (const text of [
      "9223372036854775808",
      "8Ei",
      "1.0000000001m",
      "",
      "-1",
      "1e3",
      "1 Gi",
      "1gi",
      "1\n",
      "Gi",
    ]) {
      assert.equal(quantity(text), undefined, text);
    }
    assert.throws(() => amountOf("8x"), /^RangeError: "8x" is not a quantity$/);
  });

  it("the larger of two is one of them, in either order", () => {
    const text = fc
      .tuple(fc.nat(5000), fc.constantFrom("m", "", "Ki", "Mi"))
      .map(([n, unit]) => `${n}${unit}`);
    fc.assert(
      fc.property(text, text, (a, b) => {
        const most = amountOf(larger(a, b));
        assert.ok(
          most >= amountOf(a) && most >= amountOf(b) && (most === amountOf(a) || most === amountOf(b)),
        );
        assert.equal(most, amountOf(larger(b, a)));
      }),
    );
  });
});
