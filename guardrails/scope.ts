/** Whom and where the rules leave alone: namespaces and identities of the platform, each by its name (R29). */

import * as names from "../model/names";
import type { GuardedPlatform } from "../model/provisioner";
import { isOperator } from "./operator";
import { text, type Rule } from "./rule";

/**
 * Every other namespace is judged, also one that no tenant list made: a rule that waits for a label does not hold where
 * somebody forgot the label.
 */
export function exemptNamespaces({ cluster, guardrails }: GuardedPlatform): string[] {
  return [
    ...new Set([
      ...cluster.privilegedNamespaces,
      cluster.backupNamespace,
      cluster.gatewayNamespace,
      cluster.observabilityNamespace,
      cluster.provisionerNamespace,
      ...guardrails.exemptNamespaces,
    ]),
  ];
}

export function namespaceSelector(platform: GuardedPlatform) {
  return {
    matchExpressions: [
      { key: "kubernetes.io/metadata.name", operator: "NotIn", values: exemptNamespaces(platform) },
    ],
  };
}

/** A condition of a policy: a name for people, and CEL. */
export interface Condition {
  readonly name: string;
  readonly expression: string;
}

/** What a request must be besides its kind, before a rule looks at it. */
export function conditions(rule: Rule, platform: GuardedPlatform): Condition[] {
  const { spares = [], sparesPlatform = false, sparesOperator = false } = rule;
  return [
    ...(sparesPlatform ? [{ name: "not-the-platform", expression: `!(${isPlatform(platform)})` }] : []),
    ...(sparesOperator ? [{ name: "not-the-operator", expression: `!(${isOperator(platform)})` }] : []),
    ...(spares.length > 0
      ? [{ name: "not-the-controllers", expression: `!(request.userInfo.username in ${text(spares)})` }]
      : []),
  ];
}

/** CEL: whether one of the platform's own identities asks. */
function isPlatform({ cluster, guardrails }: GuardedPlatform): string {
  const provisioner = `system:serviceaccount:${cluster.provisionerNamespace}:${names.PROVISIONER}`;
  const users = [provisioner, ...guardrails.identities.users];
  const groups = ["system:masters", names.PROVISIONERS_GROUP, ...guardrails.identities.groups];
  return `request.userInfo.username in ${text(users)} ||
    request.userInfo.?groups.orValue([]).exists(group, group in ${text(groups)})`;
}
