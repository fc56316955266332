/** Judges the platform's admission policies: each stands as it was written and is bound without a way round it (R17, R19, R41). */

import { spreadPolicy } from "../../guardrails/disruption";
import { placementPolicy } from "../../guardrails/placement";
import { floorDefault, floorRule } from "../../guardrails/pod-security-floor";
import { provisionerGuard } from "../../guardrails/provisioner";
import { runtimeRule } from "../../guardrails/runtime";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import { runtimeNames } from "../../model/tiers";
import { named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import type { LiveKinds } from "./kubernetes";
import { says } from "./subset";

interface Policy {
  readonly name: string;
  readonly spec: unknown;
}

export type LivePolicies = Pick<
  LiveKinds,
  | "mutatingadmissionpolicies"
  | "mutatingadmissionpolicybindings"
  | "validatingadmissionpolicies"
  | "validatingadmissionpolicybindings"
>;

export function judgePolicies(platform: Platform, live: LivePolicies, ledger: Ledger): void {
  const classes = runtimeNames
    .filter((runtime) => platform.nodes.runtimeClasses[runtime] !== undefined)
    .map(names.runtimeClassName);
  for (const policy of [placementPolicy(), spreadPolicy(), floorDefault(platform)]) {
    const { mutatingadmissionpolicies, mutatingadmissionpolicybindings } = live;
    judge("Mutating", policy, mutatingadmissionpolicies, mutatingadmissionpolicybindings, ledger);
  }
  const rules = [floorRule(platform), provisionerGuard(platform)];
  for (const policy of classes.length > 0 ? [...rules, runtimeRule(classes)] : rules) {
    const { validatingadmissionpolicies, validatingadmissionpolicybindings } = live;
    judge("Validating", policy, validatingadmissionpolicies, validatingadmissionpolicybindings, ledger);
  }
}

function judge(
  kind: "Mutating" | "Validating",
  { name, spec }: Policy,
  policies: readonly LiveObject[],
  bindings: readonly LiveObject[],
  ledger: Ledger,
): void {
  const { expect } = ledger.bench("(platform)", "admission");
  const object = `${kind}AdmissionPolicy ${name}`;
  const live = named(policies, name);
  expect(object, live !== undefined, "is missing");
  if (live !== undefined) {
    expect(object, says(live["spec"], spec), "says something else than the platform declares");
  }
  const binding = (named(bindings, name)?.["spec"] ?? {}) as Record<string, unknown>;
  expect(
    object,
    binding["policyName"] === name &&
      binding["matchResources"] === undefined &&
      (kind === "Mutating" || says(binding["validationActions"], ["Deny"])),
    "is not bound for everybody",
  );
}
