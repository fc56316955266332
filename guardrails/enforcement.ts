/** Who enforces each rule on a platform, and whether a request that it is against is refused or only told of (R28). */

import { InputFaults } from "../model/fault";
import { nearest } from "../model/issue";
import type { GuardrailAction, GuardrailEngine } from "../model/platform";
import type { GuardedPlatform } from "../model/provisioner";
import { gatekeeperCannot } from "./engines/gatekeeper";
import type { Rule } from "./rule";
import { guardrails } from "./rules";

export interface Enforcement {
  readonly rule: Rule;
  readonly engine: GuardrailEngine;
  readonly action: GuardrailAction;
}

/** Every rule of the platform; one that the engine cannot enforce stays with the API server. */
export function enforcement(platform: GuardedPlatform): Enforcement[] {
  const { engine, action, rules } = platform.guardrails;
  return guardrails(platform).map((rule) => ({
    rule,
    engine: engine === "gatekeeper" && gatekeeperCannot(rule) !== undefined ? "native" : engine,
    action: rules[rule.name] ?? action,
  }));
}

/** What the platform's settings leave open, a sentence each, for whoever previews them. */
export function reservations(platform: GuardedPlatform): string[] {
  const told = enforcement(platform).filter(({ action }) => action === "audit");
  return [
    ...(told.length > 0
      ? [
          `these guardrails tell and refuse nothing: ${told.map(({ rule }) => rule.name).join(", ")}; set them to enforce (guardrails.action, guardrails.rules)`,
        ]
      : []),
    ...(platform.guardrails.registries.length === 0
      ? ["tenants may run images of every registry; list theirs (guardrails.registries)"]
      : []),
  ];
}

/**
 * A misspelt name would leave the rule as it was.
 *
 * @throws InputFaults with every name in the platform's `guardrails.rules` that no rule bears.
 */
export function checkRuleNames(platform: GuardedPlatform): void {
  const known = guardrails(platform).map(({ name }) => name);
  const faults = Object.keys(platform.guardrails.rules)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      file: "stacks/Pulumi.platform.yaml",
      line: 1,
      column: 1,
      path: `tenantry:platform.guardrails.rules.${name}`,
      message: `there is no rule of that name on this platform; ${nearest(name, known)}`,
    }));
  if (faults.length > 0) {
    throw new InputFaults(faults);
  }
}
