/** Kyverno's command line gives the answers of the check at preview, sentence by sentence. */

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { kyvernoCannotBeAsked } from "../../guardrails/parity";
import { policyEngines } from "../../sandbox/tools";
import { cases, type Answers, type Case } from "./cases";
import { askKyverno, batches } from "./kyverno";
import { inTurn } from "./turn";

const asked = cases.filter(({ rule, example }) => kyvernoCannotBeAsked(rule, example) === undefined);

describe("Kyverno", () => {
  const answers = new Map<Case, Answers>();

  before(async function () {
    this.timeout(1_200_000);
    const { kyverno } = await policyEngines((line) => console.log(`  ${line}`));
    await inTurn(availableParallelism(), batches(asked), async (batch) => {
      const found = await askKyverno(kyverno, batch);
      batch.forEach((one, index) => answers.set(one, found[index] ?? {}));
    });
  });

  for (const one of asked) {
    it(`${one.rule.name}: ${one.title}`, () => {
      assert.deepEqual(answers.get(one), one.expected);
    });
  }
});
