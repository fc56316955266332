/** Names of break-glass grants: each says when it is over, and no other name does (R91). */

import assert from "node:assert/strict";
import fc from "fast-check";
import { v7 as uuid } from "uuid";
import { grantEnd, grantName, GRANT_LIFE } from "../../model/break-glass";

const DAY = 1000 * GRANT_LIFE;

describe("names of break-glass grants", () => {
  it("say when the grant is over, whenever it began", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2500, 0) }), (msecs) => {
        assert.equal(grantEnd(grantName(uuid({ msecs })))?.getTime(), msecs + DAY);
      }),
    );
  });

  it("sort by their beginning, as the guardrail compares them", () => {
    const moment = fc.integer({ min: 0, max: Date.UTC(2500, 0) });
    fc.assert(
      fc.property(moment, moment, (one, other) => {
        const [a, b] = [one, other].map((msecs) => grantName(uuid({ msecs })).slice(0, 28));
        assert.equal((a ?? "") < (b ?? ""), one < other);
      }),
    );
  });

  it("are labels of DNS", () => {
    assert.match(grantName(uuid()), /^[a-z0-9-]{1,63}$/);
  });

  for (const name of [
    "tenant-pentest",
    "tenant-pentest-bob",
    "tenant-pentest-0b8e2f3c-1d4a-4c5b-9e6f-7a8b9c0d1e2f",
    "tenant-pentest-01A208D5-7A90-75AB-8AF7-B47A0CB98794",
    "tenant-pentest-01a208d5-7a90-75ab-8af7-b47a0cb98794-more",
    "my-tenant-pentest-01a208d5-7a90-75ab-8af7-b47a0cb98794",
    "tenant-admin",
  ]) {
    it(`are not ${name}`, () => assert.equal(grantEnd(name), undefined));
  }
});
