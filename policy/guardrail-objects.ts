/** The objects by which the platform's guardrails stand, whichever engine enforces them: worked out from the rules. */

import { spreadPolicy } from "../guardrails/disruption";
import { enforcement, type Enforcement } from "../guardrails/enforcement";
import { constraint, constraintTemplate } from "../guardrails/engines/gatekeeper";
import { kyvernoPolicy } from "../guardrails/engines/kyverno";
import { nativeActions, nativePolicy } from "../guardrails/engines/native";
import { imagePullPolicy } from "../guardrails/image-pull";
import { placementPolicy } from "../guardrails/placement";
import { floorDefault, floorRule } from "../guardrails/pod-security-floor";
import { provisionerGuard } from "../guardrails/provisioner";
import { tenantLabelPolicy } from "../guardrails/tenant-label";
import type { GuardrailAction, Platform } from "../model/platform";
import type { Setting } from "./project";

export interface GuardrailObject {
  readonly kind: string;
  readonly name: string;
  readonly spec: unknown;
}

const known = new WeakMap<Setting, readonly GuardrailObject[]>();

/** Every object that the platform stack has to declare for its guardrails. */
export function guardrailObjects(setting: Setting): readonly GuardrailObject[] {
  const objects = known.get(setting) ?? derive(setting.platform);
  known.set(setting, objects);
  return objects;
}

interface Policy {
  readonly name: string;
  readonly spec: unknown;
}

function derive(platform: Platform): GuardrailObject[] {
  return [
    ...[
      placementPolicy(),
      spreadPolicy(),
      tenantLabelPolicy(),
      imagePullPolicy(),
      floorDefault(platform),
    ].flatMap(mutating),
    ...[floorRule(platform), provisionerGuard(platform)].flatMap((policy) => validating(policy)),
    ...enforcement(platform).flatMap((enforced) => objectsOf(enforced, platform)),
  ];
}

function mutating({ name, spec }: Policy): GuardrailObject[] {
  return [
    { kind: "MutatingAdmissionPolicy", name, spec },
    { kind: "MutatingAdmissionPolicyBinding", name, spec: { policyName: name } },
  ];
}

function validating({ name, spec }: Policy, action: GuardrailAction = "enforce"): GuardrailObject[] {
  return [
    { kind: "ValidatingAdmissionPolicy", name, spec },
    {
      kind: "ValidatingAdmissionPolicyBinding",
      name,
      spec: { policyName: name, validationActions: nativeActions(action) },
    },
  ];
}

interface EngineDocument {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
}

function objectsOf({ rule, engine, action }: Enforcement, platform: Platform): GuardrailObject[] {
  const of = ({ kind, metadata, spec }: EngineDocument) => ({ kind, name: metadata.name, spec });
  switch (engine) {
    case "native":
      return validating(nativePolicy(rule, platform), action);
    case "kyverno":
      return [of(kyvernoPolicy(rule, platform, action))];
    case "gatekeeper":
      return [of(constraintTemplate(rule, platform)), of(constraint(rule, platform, action))];
  }
}
