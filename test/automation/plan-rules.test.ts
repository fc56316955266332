import assert from "node:assert/strict";
import { SHARED } from "../../automation/changes";
import { refuseOthers } from "../../automation/plan-rules";

describe("a plan for one tenant alone", () => {
  const unchanged = { same: 40, read: 1, refresh: 3 };

  it("may change that tenant, and the stack itself for the first tenant of a list", () => {
    refuseOthers({ acme: { create: 40 }, globex: unchanged, [SHARED]: { create: 4 } }, "acme");
  });

  it("is refused where another tenant would change, by the names of all that would", () => {
    const planned = { acme: {}, globex: { update: 1, same: 3 }, hooli: { delete: 1 }, initech: unchanged };
    assert.throws(
      () => refuseOthers(planned, "acme"),
      /^RunFailure: not only acme would change, but globex, hooli too; nothing was changed: /,
    );
  });

  it("is not asked for where no tenant is named", () => {
    refuseOthers({ acme: { delete: 1 }, globex: { create: 1 } }, undefined);
  });
});
