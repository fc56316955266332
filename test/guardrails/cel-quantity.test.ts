/** Quantities in CEL; the answers are those of API server 1.36.3. */

import assert from "node:assert/strict";
import { celEnvironment } from "../../guardrails/cel";

const LESS = [
  "1",
  "0",
  "1Gi",
  "1024Mi",
  "0.5Gi",
  "1e9",
  "1E9",
  "1e+06",
  "+1Gi",
  "-1",
  "1.5",
  "100m",
  "1k",
  "1Ki",
];
const FINE = ["Gi", ".5", "5.", "1e-3", "1n", "0.1n"];
const MORE = ["1074M", "500Gi", "12E", "1000000000000000000000"];
const NONE = ["1K", "", "abc", "1 Gi", "1gi", "1e3Gi", "0x10"];

const environment = celEnvironment();
const isQuantity = environment.parse("isQuantity(text)");
const isMore = environment.parse(`quantity(text).isGreaterThan(quantity("1Gi"))`);

describe("quantities in CEL", () => {
  it("are what Kubernetes takes for one", () => {
    for (const text of [...LESS, ...FINE, ...MORE]) {
      assert.equal(isQuantity({ text }), true, text);
    }
    for (const text of NONE) {
      assert.equal(isQuantity({ text }), false, text);
      assert.throws(() => isMore({ text }), /is not a quantity/);
    }
  });

  it("are compared by their amount", () => {
    for (const text of [...LESS, ...FINE]) {
      assert.equal(isMore({ text }), false, text);
    }
    for (const text of MORE) {
      assert.equal(isMore({ text }), true, text);
    }
  });
});
