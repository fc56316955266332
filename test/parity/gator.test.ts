/** Gatekeeper's command line gives the answers of the check at preview, sentence by sentence. */

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { gatorCannotBeAsked } from "../../guardrails/parity";
import { policyEngines } from "../../sandbox/tools";
import { cases, rules, type Case } from "./cases";
import { askGator } from "./gator";
import { inTurn } from "./turn";

const enforced = rules.filter((rule) => gatorCannotBeAsked(rule) === undefined);
const asked = cases.filter(({ rule }) => enforced.includes(rule));

describe("Gatekeeper", () => {
  const otherwise = new Map<Case, readonly string[]>();

  before(async function () {
    this.timeout(1_200_000);
    const { gator } = await policyEngines((line) => console.log(`  ${line}`));
    const size = Math.ceil(asked.length / (4 * availableParallelism()));
    const parts = asked
      .filter((_, index) => index % size === 0)
      .map((_, index) => asked.slice(index * size, (index + 1) * size));
    await inTurn(availableParallelism(), parts, async (part) => {
      for (const [one, faults] of await askGator(gator, enforced, part)) {
        otherwise.set(one, faults);
      }
    });
  });

  for (const one of asked) {
    it(`${one.rule.name}: ${one.title}`, () => {
      assert.deepEqual(otherwise.get(one), []);
    });
  }
});
