/** What the evaluators are asked. */

import assert from "node:assert/strict";
import { refusalOf, type FailingExample } from "../../guardrails/rule";
import { ADMINISTRATOR, cases, rules } from "./cases";

describe("the examples of the rules", () => {
  it("are at least 250, and many of each kind", () => {
    const refused = cases.filter(({ expected }) => Object.keys(expected).length > 0);
    assert.ok(cases.length >= 250, String(cases.length));
    assert.ok(refused.length >= 100, String(refused.length));
    assert.ok(cases.length - refused.length >= 100, String(cases.length - refused.length));
  });

  it("are refused in the words that they say", () => {
    for (const { rule, example, expected } of cases) {
      const fails = rule.examples.fails.includes(example as FailingExample);
      assert.equal(
        fails ? expected[rule.name] : undefined,
        fails ? refusalOf(rule, example as FailingExample) : undefined,
      );
    }
  });

  it("are refused to the administrator as well, by every rule that does not spare the platform", () => {
    for (const rule of rules.filter(({ sparesPlatform = false }) => !sparesPlatform)) {
      const asked = cases.filter((one) => one.rule === rule && one.request.by === ADMINISTRATOR);
      assert.ok(
        asked.some(({ expected }) => rule.name in expected),
        rule.name,
      );
    }
  });
});
