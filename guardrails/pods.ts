/**
 * Rules about pods hold for the pod and for every kind that a controller makes pods from: a rule about pods alone would
 * leave the tenant with a Deployment that stands and never runs, and one that spares controllers launders what it refuses.
 */

import {
  CRON_JOB,
  DAEMON_SET,
  DEPLOYMENT,
  JOB,
  POD,
  POD_TEMPLATE,
  REPLICA_SET,
  REPLICATION_CONTROLLER,
  STATEFUL_SET,
} from "./kinds";
import type { Match, Rule } from "./rule";

/** Kinds that hold the template of a pod. */
export const WORKLOADS = [
  POD_TEMPLATE,
  REPLICATION_CONTROLLER,
  DEPLOYMENT,
  STATEFUL_SET,
  DAEMON_SET,
  REPLICA_SET,
  JOB,
  CRON_JOB,
];

const MATCHES: readonly Match[] = [
  // A running pod can be given containers.
  { kinds: [POD], operations: ["CREATE", "UPDATE"], subresources: ["ephemeralcontainers"] },
  { kinds: WORKLOADS, operations: ["CREATE", "UPDATE"] },
];

/** CEL of the pod's spec in an object of any of these kinds. */
export function specIn(object: string): string {
  return `${object}.kind == "Pod" ? ${object}.spec :
    ${object}.kind == "PodTemplate" ? ${object}.template.spec :
    ${object}.kind == "CronJob" ? ${object}.spec.jobTemplate.spec.template.spec :
    ${object}.spec.template.spec`;
}

/**
 * A rule about pods, with two variables more: `pod`, the pod's spec, and `containers`, all its containers. What is as it
 * was may stay: a controller that writes a pod's labels does not answer for its spec.
 */
export function podRule(rule: Omit<Rule, "matches">): Rule {
  const changed = `request.operation == "CREATE" || variables.pod != variables.podBefore`;
  return {
    ...rule,
    matches: MATCHES,
    variables: {
      pod: specIn("object"),
      podBefore: specIn("oldObject"),
      containers: `variables.pod.containers + variables.pod.?initContainers.orValue([]) +
        variables.pod.?ephemeralContainers.orValue([])`,
      ...rule.variables,
    },
    when: rule.when === undefined ? changed : `(${changed}) && (${rule.when})`,
  };
}

/** CEL: the containers of which something holds, each as `container <name> <offence>`. */
export function containersThat(holds: string, offence: string): string {
  return `variables.containers.filter(container, ${holds}).map(container, "container " + container.name + " ${offence}")`;
}
