/** A rule as Gatekeeper's ConstraintTemplate with its CEL engine, and the constraint that puts it to work. */

import type { GuardrailAction } from "../../model/platform";
import type { GuardedPlatform } from "../../model/provisioner";
import { HOLDS, messageOf, policyName, text, variablesOf, type Rule } from "../rule";
import { conditions, exemptNamespaces, type Condition } from "../scope";

/** Subresources that Gatekeeper's webhook is registered for; `status` is left out there on purpose. */
const SEEN = ["ephemeralcontainers", "binding", "scale"];

/** Why Gatekeeper cannot enforce a rule; nothing where it can. */
export function gatekeeperCannot({ matches }: Rule): string | undefined {
  if (matches.some(({ operations }) => operations.includes("DELETE"))) {
    return "its webhook is not asked about deletions";
  }
  const unseen = matches.flatMap(({ subresources = [] }) =>
    subresources.filter((one) => !SEEN.includes(one)),
  );
  return unseen.length > 0
    ? `its webhook is not asked about the subresource ${unseen.join(", ")}`
    : undefined;
}

/** A constraint goes by kinds alone, and the webhook is asked about every update. */
function operations({ matches }: Rule): Condition[] {
  const judged = [...new Set(matches.flatMap((match) => match.operations))];
  return judged.includes("UPDATE")
    ? []
    : [{ name: "operation", expression: `request.operation in ${text(judged)}` }];
}

/** The constraint's kind; the template bears it in lower case. */
export function constraintKind(rule: Rule): string {
  return policyName(rule)
    .split("-")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}

export function constraintTemplate(rule: Rule, platform: GuardedPlatform) {
  const kind = constraintKind(rule);
  return {
    apiVersion: "templates.gatekeeper.sh/v1",
    kind: "ConstraintTemplate",
    metadata: { name: kind.toLowerCase() },
    spec: {
      crd: { spec: { names: { kind } } },
      targets: [
        {
          target: "admission.k8s.gatekeeper.sh",
          code: [
            {
              engine: "K8sNativeValidation",
              source: {
                failurePolicy: "Fail",
                matchCondition: [...operations(rule), ...conditions(rule, platform)],
                variables: Object.entries(variablesOf(rule)).map(([name, expression]) => ({
                  name,
                  expression,
                })),
                validations: [{ expression: HOLDS, messageExpression: messageOf(rule) }],
              },
            },
          ],
        },
      ],
    },
  };
}

export function constraint(rule: Rule, platform: GuardedPlatform, action: GuardrailAction) {
  return {
    apiVersion: "constraints.gatekeeper.sh/v1beta1",
    kind: constraintKind(rule),
    metadata: { name: policyName(rule) },
    spec: {
      enforcementAction: action === "enforce" ? "deny" : "warn",
      match: {
        excludedNamespaces: exemptNamespaces(platform),
        kinds: rule.matches.map(({ kinds }) => ({
          apiGroups: [...new Set(kinds.map(({ group }) => group))],
          kinds: kinds.map(({ kind }) => kind),
        })),
      },
    },
  };
}
