/**
 * Every part of every rule matters: a rule that is taken out, spares another requester, looks away or forgets a kind, an
 * operation or a subresource gives some example another answer.
 */

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { judgeOf } from "../../guardrails/preview";
import type { Match, Rule } from "../../guardrails/rule";
import { cases, platform, rules, type Case } from "../parity/cases";

/** The examples that a rule answers otherwise than it should; the first is enough. */
function caught(rule: Rule, of: readonly Case[] = cases): Case | undefined {
  const { judge } = judgeOf(rule, platform);
  const own = of.filter((one) => one.rule.name === rule.name);
  return [...own, ...of].find((one) => judge(one.request) !== one.expected[rule.name]);
}

interface Mutant {
  readonly what: string;
  /** The rules as they would be. */
  readonly rules: readonly Rule[];
}

/** What may go wrong in a rule by itself. */
function mutants(rule: Rule): Mutant[] {
  const { when, spares = [], sparesPlatform = false, sparesOperator = false } = rule;
  const one = (what: string, change: Partial<Rule>): Mutant => ({ what, rules: [{ ...rule, ...change }] });
  return [
    one("finds nothing", { offences: "[]" }),
    ...(when === undefined ? [] : [one("is about nothing", { when: "false" })]),
    one(sparesPlatform ? "judges the platform" : "spares the platform", { sparesPlatform: !sparesPlatform }),
    ...(sparesOperator ? [one("judges the operator", { sparesOperator: false })] : []),
    ...spares.map((name) => one(`judges ${name}`, { spares: spares.filter((other) => other !== name) })),
  ];
}

/** What a match may forget. Rules with the same list of kinds show together that each of them is needed. */
function forgetful(match: Match): Mutant[] {
  const { kinds, operations, subresources = [] } = match;
  const one = (what: string, alike: (other: Match) => boolean, change: Partial<Match>): Mutant => ({
    what: `forget ${what}`,
    rules: rules
      .filter((rule) => rule.matches.some(alike))
      .map((rule) => ({
        ...rule,
        matches: rule.matches.map((other) => (alike(other) ? { ...other, ...change } : other)),
      })),
  });
  const sameKinds = (other: Match) => isDeepStrictEqual(other.kinds, kinds);
  const same = (other: Match) => isDeepStrictEqual(other, match);
  return [
    ...kinds.map((kind) =>
      one(`${kind.kind} of ${kind.group || "core"}`, sameKinds, {
        kinds: kinds.filter((other) => other !== kind),
      }),
    ),
    ...operations.map((operation) =>
      one(operation, same, { operations: operations.filter((other) => other !== operation) }),
    ),
    ...subresources.map((subresource) =>
      one(`/${subresource}`, same, { subresources: subresources.filter((other) => other !== subresource) }),
    ),
  ];
}

describe("every rule", () => {
  it("is held by its examples as it stands", () => {
    assert.deepEqual(
      rules.filter((rule) => caught(rule) !== undefined).map(({ name }) => name),
      [],
    );
  });

  for (const rule of rules) {
    describe(rule.name, () => {
      it("is missed where it is taken out", () => {
        const missed = cases.filter(({ expected }) => Object.keys(expected).join() === rule.name);
        assert.notEqual(missed.length, 0);
      });

      for (const mutant of mutants(rule)) {
        it(`is caught where it ${mutant.what}`, () => {
          assert.ok(mutant.rules.some((changed) => caught(changed) !== undefined));
        });
      }
    });
  }

  for (const match of distinct(rules.flatMap((rule) => rule.matches))) {
    const users = rules.filter((rule) => rule.matches.some((other) => isDeepStrictEqual(other, match)));
    describe(users.map(({ name }) => name).join(", "), () => {
      for (const mutant of forgetful(match)) {
        it(`is caught where they ${mutant.what}`, () => {
          assert.ok(mutant.rules.some((changed) => caught(changed) !== undefined));
        });
      }
    });
  }
});

function distinct(matches: readonly Match[]): Match[] {
  return matches.filter(
    (match, index) => matches.findIndex((other) => isDeepStrictEqual(other, match)) === index,
  );
}
