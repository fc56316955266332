/** The objects by which the platform's guardrails stand, whichever engine enforces them: worked out from the rules. */

import {
  enforcement,
  engineDocuments,
  guardingPolicies,
  signatureDocuments,
  writingPolicies,
  type EngineDocument,
} from "../guardrails/enforcement";
import { nativeActions, nativePolicy } from "../guardrails/engines/native";
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
  readonly paramRef?: unknown;
}

function derive(platform: Platform): GuardrailObject[] {
  return [
    ...writingPolicies(platform).flatMap(mutating),
    ...guardingPolicies(platform).flatMap((policy) => validating(policy)),
    ...enforcement(platform).flatMap((enforced) =>
      enforced.engine === "native"
        ? validating(nativePolicy(enforced.rule, platform), enforced.action)
        : engineDocuments(enforced, platform).map(declaredAs),
    ),
    ...signatureDocuments(platform).map(declaredAs),
  ];
}

function mutating({ name, spec }: Policy): GuardrailObject[] {
  return [
    { kind: "MutatingAdmissionPolicy", name, spec },
    { kind: "MutatingAdmissionPolicyBinding", name, spec: { policyName: name } },
  ];
}

function validating(
  { name, spec, paramRef }: Policy,
  action: GuardrailAction = "enforce",
): GuardrailObject[] {
  return [
    { kind: "ValidatingAdmissionPolicy", name, spec },
    {
      kind: "ValidatingAdmissionPolicyBinding",
      name,
      spec: {
        policyName: name,
        ...(paramRef !== undefined && { paramRef }),
        validationActions: nativeActions(action),
      },
    },
  ];
}

function declaredAs({ kind, metadata, spec }: EngineDocument): GuardrailObject {
  return { kind, name: metadata.name, spec };
}
