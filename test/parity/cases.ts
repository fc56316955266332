/** Every example of every rule with the answers that all evaluators must give: those of the check at preview. */

import { asRequest } from "../../guardrails/examples";
import { judgeOf, type Request } from "../../guardrails/preview";
import type { Example, Rule } from "../../guardrails/rule";
import { guardrails } from "../../guardrails/rules";
import { examplePlatform } from "../guardrails/platform";

export const platform = examplePlatform();
export const rules = guardrails(platform);

/** Sentences of refusal by the name of the rule. */
export type Answers = Readonly<Record<string, string>>;

export interface Case {
  readonly rule: Rule;
  readonly example: Example;
  readonly title: string;
  readonly request: Request;
  readonly expected: Answers;
}

/** Whether a case is asked about a rule: what is let through must be let through by all. */
export function isNeeded(rule: Rule, { rule: own, expected, example }: Case): boolean {
  return own === rule || rule.name in expected || own.examples.passes.includes(example);
}

const judges = rules.map((rule) => judgeOf(rule, platform));

export const cases: readonly Case[] = rules.flatMap((rule) => [
  ...rule.examples.passes.map((example) => caseOf(rule, example, `lets ${example.what} through`)),
  ...rule.examples.fails.map((example) => caseOf(rule, example, `refuses ${example.what}`)),
]);

function caseOf(rule: Rule, example: Example, title: string): Case {
  const request = asRequest(example);
  const answers = judges.map(({ rule: { name }, judge }) => [name, judge(request)] as const);
  const expected = Object.fromEntries(
    answers.filter((answer): answer is [string, string] => answer[1] !== undefined),
  );
  return { rule, example, title, request, expected };
}
