/** What is there of a tenant in each state, and what is protected from deletion. */

import assert from "node:assert/strict";
import { presenceOf, protectionOf, stateNames } from "../../model/lifecycle";
import { accepted, tenantText } from "./minimum";

const inState = (state: string, fields = "") => {
  const until = state === "retained" ? `, retainUntil: "2027-01-31"` : "";
  return accepted(tenantText(`lifecycle: { state: ${state}${until}${fields} }`));
};

describe("the states of a tenant's life", () => {
  it("let a tenant run, stand and leave in turn, and in no other order", () => {
    const rows = stateNames.map((state) => {
      const { stands, runs, leaves } = presenceOf(inState(state));
      return [state, stands, runs, leaves];
    });
    assert.deepEqual(rows, [
      ["active", true, true, false],
      ["suspended", true, false, false],
      ["offboarding", true, false, true],
      ["retained", false, false, true],
    ]);
  });

  for (const [state, fields, protection] of [
    ["active", "", { namespaces: false, data: false }],
    ["active", ", deletionProtection: true", { namespaces: true, data: true }],
    ["active", ", legalHold: true", { namespaces: false, data: true }],
    ["suspended", "", { namespaces: false, data: false }],
    ["suspended", ", deletionProtection: true", { namespaces: true, data: true }],
    ["offboarding", ", deletionProtection: true", { namespaces: false, data: true }],
    ["offboarding", ", deletionProtection: false", { namespaces: false, data: true }],
    ["retained", ", deletionProtection: true", { namespaces: false, data: true }],
    ["retained", ", deletionProtection: false", { namespaces: false, data: true }],
  ] as const) {
    it(`${state}${fields} protects ${JSON.stringify(protection)}`, () => {
      assert.deepEqual(protectionOf(inState(state, fields)), protection);
    });
  }

  it("keep the date, the hold and the days that the file says", () => {
    assert.deepEqual(inState("retained", ", legalHold: true, retentionDays: 7").lifecycle, {
      state: "retained",
      retainUntil: "2027-01-31",
      legalHold: true,
      retentionDays: 7,
    });
  });
});
