/** Every example of every rule, as the check at preview answers it; test/parity asks the engines the same. */

import assert from "node:assert/strict";
import { asRequest } from "../../guardrails/examples";
import { judgeOf } from "../../guardrails/preview";
import { refusalOf } from "../../guardrails/rule";
import { guardrails } from "../../guardrails/rules";
import { examplePlatform } from "./platform";

const platform = examplePlatform();
const rules = guardrails(platform);
const judges = rules.map((rule) => judgeOf(rule, platform));

describe("the rules", () => {
  it("bear names of their own", () => {
    const names = rules.map(({ name }) => name);
    assert.deepEqual([...new Set(names)], names);
  });

  for (const { rule, judge } of judges) {
    describe(`${rule.name} (${rule.requirements.join(", ")})`, () => {
      for (const example of rule.examples.passes) {
        it(`and every other rule let through: ${example.what}`, () => {
          const refusals = judges.map((other) => other.judge(asRequest(example)));
          assert.deepEqual(
            refusals.filter((refusal) => refusal !== undefined),
            [],
          );
        });
      }

      for (const example of rule.examples.fails) {
        it(`refuses ${example.what}`, () => {
          assert.equal(judge(asRequest(example)), refusalOf(rule, example));
        });
      }

      it("refuses something that no other rule does", () => {
        const others = judges.filter((other) => other.rule.name !== rule.name);
        const alone = rule.examples.fails.filter((example) =>
          others.every((other) => other.judge(asRequest(example)) === undefined),
        );
        assert.notEqual(alone.length, 0);
      });
    });
  }
});
