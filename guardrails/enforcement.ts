/** Who enforces each rule on a platform, and whether a request that it is against is refused or only told of (R28). */

import { InputFaults } from "../model/fault";
import { nearest } from "../model/issue";
import type { GuardrailAction, GuardrailEngine } from "../model/platform";
import type { GuardedPlatform } from "../model/provisioner";
import { constraint, constraintTemplate, gatekeeperCannot } from "./engines/gatekeeper";
import { kyvernoPolicy } from "./engines/kyverno";
import { spreadPolicy } from "./disruption";
import { imagePullPolicy } from "./image-pull";
import { placementPolicy } from "./placement";
import { floorDefault, floorRule } from "./pod-security-floor";
import { breakGlassGuard } from "./break-glass";
import { operatorGuard } from "./operator";
import { provisionerGuard } from "./provisioner";
import type { Rule } from "./rule";
import { guardrails } from "./rules";
import { SIGNATURES, signaturePolicy, signaturesUnchecked } from "./signatures";
import { signatureConstraint, signatureTemplate } from "./signatures-gatekeeper";
import { tenantLabelPolicy } from "./tenant-label";

export interface Enforcement {
  readonly rule: Rule;
  readonly engine: GuardrailEngine;
  readonly action: GuardrailAction;
}

/** The API server's own policies that write, whatever the engine. */
export function writingPolicies(platform: GuardedPlatform) {
  return [placementPolicy(), spreadPolicy(), tenantLabelPolicy(), imagePullPolicy(), floorDefault(platform)];
}

/** The API server's own policies that refuse besides the rules, whatever the engine. */
export function guardingPolicies(platform: GuardedPlatform) {
  return [floorRule(platform), provisionerGuard(platform), operatorGuard(platform), breakGlassGuard()];
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

/** An object of an engine in the cluster. */
export interface EngineDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** What has an engine enforce a rule, in the order of their making; nothing where the API server does it itself. */
export function engineDocuments(
  { rule, engine, action }: Enforcement,
  platform: GuardedPlatform,
): EngineDocument[] {
  switch (engine) {
    case "native":
      return [];
    case "kyverno":
      return [kyvernoPolicy(rule, platform, action)];
    case "gatekeeper":
      // Gatekeeper defines the constraint's kind when it has seen the template.
      return [constraintTemplate(rule, platform), constraint(rule, platform, action)];
  }
}

/** What has the engine verify images' signatures (R23), in the order of their making; nothing where nothing can. */
export function signatureDocuments(platform: GuardedPlatform): EngineDocument[] {
  const { engine, action, rules } = platform.guardrails;
  if (signaturesUnchecked(platform) !== undefined) {
    return [];
  }
  const told = rules[SIGNATURES] ?? action;
  return engine === "kyverno"
    ? [signaturePolicy(platform, told)]
    : [signatureTemplate(platform), signatureConstraint(platform, told)];
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
    ...[signaturesUnchecked(platform)].filter((sentence) => sentence !== undefined),
  ];
}

/**
 * A misspelt name would leave the rule as it was.
 *
 * @throws InputFaults with every name in the platform's `guardrails.rules` that no rule bears.
 */
export function checkRuleNames(platform: GuardedPlatform): void {
  const checked = signatureDocuments(platform).length > 0 ? [SIGNATURES] : [];
  const known = [...guardrails(platform).map(({ name }) => name), ...checked];
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
