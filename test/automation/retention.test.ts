import assert from "node:assert/strict";
import { firstDayOfPurge, isRetentionOver, lastDayKept } from "../../automation/leaving/retention";

describe("retention (R89)", () => {
  const noon = new Date("2026-11-23T12:00:00Z");

  for (const [days, last, first] of [
    [0, "2026-11-22", "2026-11-23"],
    [1, "2026-11-24", "2026-11-25"],
    [30, "2026-12-23", "2026-12-24"],
    [3650, "2036-11-20", "2036-11-21"],
  ] as const) {
    it(`of ${days} days lasts to ${last}, and data goes from ${first} on`, () => {
      assert.equal(lastDayKept(noon, days), last);
      assert.equal(firstDayOfPurge(last), first);
    });
  }

  it("keeps data for at least as many times 24 hours as it has days", () => {
    const late = new Date("2026-11-23T23:59:59Z");
    const purge = Date.parse(`${firstDayOfPurge(lastDayKept(late, 30))}T00:00:00Z`);
    assert.ok(purge - late.getTime() >= 30 * 86_400_000);
  });

  it("is over when the last day is, in UTC and nowhere else", () => {
    assert.equal(isRetentionOver("2026-11-23", new Date("2026-11-23T23:59:59Z")), false);
    assert.equal(isRetentionOver("2026-11-23", new Date("2026-11-24T00:00:00Z")), true);
    assert.equal(isRetentionOver("2026-11-23", new Date("2026-11-24T00:30:00+01:00")), false);
  });

  it("of none is over at once", () => assert.ok(isRetentionOver(lastDayKept(noon, 0), noon)));
});
