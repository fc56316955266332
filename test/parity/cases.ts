/** Every example of every rule with the answers that all evaluators must give: those of the check at preview. */

import { asRequest } from "../../guardrails/examples";
import { judgeOf, type Request } from "../../guardrails/preview";
import type { Example, Requester, Rule } from "../../guardrails/rule";
import { guardrails } from "../../guardrails/rules";
import type { GuardedPlatform } from "../../model/provisioner";
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

/**
 * Whether the command lines are asked about a case by a rule: its own, and those that refuse it too. That all others let it
 * through, preview and the API server show; asked here as well it would take most of the ring's time.
 */
export function isNeeded(rule: Rule, { rule: own, expected }: Case): boolean {
  return own === rule || rule.name in expected;
}

/** One of the platform's own. */
export const ADMINISTRATOR: Requester = {
  username: "admin",
  groups: ["system:masters", "system:authenticated"],
};

/** The examples of a platform's rules. */
export function casesOf(guarded: GuardedPlatform, of = guardrails(guarded)): Case[] {
  const judges = of.map((rule) => judgeOf(rule, guarded));
  const caseOf = (rule: Rule, example: Example, title: string): Case => {
    const request = asRequest(example);
    const answers = judges.map(({ rule: { name }, judge }) => [name, judge(request)] as const);
    const refusals = answers.filter((answer): answer is [string, string] => answer[1] !== undefined);
    return { rule, example, title, request, expected: Object.fromEntries(refusals) };
  };
  return of.flatMap((rule) => [
    ...rule.examples.passes.map((example) => caseOf(rule, example, `lets ${example.what} through`)),
    ...rule.examples.fails.map((example) => caseOf(rule, example, `refuses ${example.what}`)),
    // Whom a rule does not spare it refuses the same.
    ...(rule.sparesPlatform ? [] : rule.examples.fails.slice(0, 1)).map((example) =>
      caseOf(rule, { ...example, by: ADMINISTRATOR }, `refuses ${example.what} to the administrator too`),
    ),
  ]);
}

export const cases: readonly Case[] = casesOf(platform, rules);
