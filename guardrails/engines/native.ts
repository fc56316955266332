/** A rule as the API server's own policy: no engine to install, and none that can be down. */

import type { GuardrailAction } from "../../model/platform";
import type { GuardedPlatform } from "../../model/provisioner";
import { HOLDS, advice, messageOf, policyName, variablesOf, type Match, type Rule } from "../rule";
import { conditions, namespaceSelector } from "../scope";

/** The spec of a ValidatingAdmissionPolicy and the name that it and its binding bear. */
export function nativePolicy(rule: Rule, platform: GuardedPlatform) {
  const matchConditions = conditions(rule, platform);
  return {
    name: policyName(rule),
    spec: {
      // A request that cannot be judged is refused.
      failurePolicy: "Fail",
      matchConstraints: {
        namespaceSelector: namespaceSelector(platform),
        resourceRules: rule.matches.flatMap(resourceRules),
      },
      // The API server keeps no empty list, so that one would differ from what stands there for ever.
      ...(matchConditions.length > 0 && { matchConditions }),
      variables: Object.entries(variablesOf(rule)).map(([name, expression]) => ({ name, expression })),
      validations: [
        {
          expression: HOLDS,
          reason: "Forbidden",
          // Told where the sentence itself cannot be worked out, for example because it grew too long.
          message: advice(rule),
          messageExpression: messageOf(rule),
        },
      ],
    },
  };
}

/** What the policy's binding does with a request that the rule is against. */
export function nativeActions(action: GuardrailAction): string[] {
  return action === "enforce" ? ["Deny"] : ["Audit", "Warn"];
}

/** The kinds of a match, by group, as admission webhooks and policies alike name them. */
export function resourceRules({ kinds, operations, subresources = [] }: Match) {
  const groups = new Map<string, typeof kinds>();
  for (const kind of kinds) {
    const key = `${kind.group} ${kind.version}`;
    groups.set(key, [...(groups.get(key) ?? []), kind]);
  }
  return [...groups.values()].map((alike) => ({
    apiGroups: [alike[0]?.group ?? ""],
    apiVersions: [alike[0]?.version ?? ""],
    operations: [...operations],
    resources: alike.flatMap(({ resource }) => [
      resource,
      ...subresources.map((subresource) => `${resource}/${subresource}`),
    ]),
  }));
}
