/** A rule as Kyverno's ValidatingPolicy, whose CEL is that of the API server. */

import type { GuardrailAction } from "../../model/platform";
import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";
import { nativeActions, nativePolicy } from "./native";

export function kyvernoPolicy(rule: Rule, platform: GuardedPlatform, action: GuardrailAction) {
  const { name, spec } = nativePolicy(rule, platform);
  return {
    apiVersion: "policies.kyverno.io/v1",
    kind: "ValidatingPolicy",
    metadata: { name },
    spec: {
      ...spec,
      validationActions: nativeActions(action),
      // Only requests are judged; the rules name every kind that makes pods themselves.
      evaluation: { admission: { enabled: true }, background: { enabled: false } },
      autogen: { podControllers: { controllers: [] } },
    },
  };
}
