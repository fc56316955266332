/**
 * Pins every pod of a tenant to the nodes of the tenant's pool (R41, R42). Taints alone do not: whoever may write a pod
 * may write a toleration. EKS lacks the plugins that read a namespace's node selector, so that a policy writes it.
 */

import * as labels from "../model/labels";

const NAME = "tenantry-placement";

/** Namespaces that a tenant list made; nobody else may label one so. */
export const tenantNamespaces = {
  matchExpressions: [
    { key: labels.TENANT, operator: "Exists" },
    { key: labels.POOL, operator: "Exists" },
  ],
};

/**
 * Pods of every maker come through here when they are created; their scheduling cannot be loosened after. DaemonSets
 * too: their controller picks nodes by the template, tolerations included, before it makes a pod.
 */
const RULES = [
  { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
  { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["daemonsets"] },
];

const IS_POD = `request.resource.resource == "pods"`;

/** Keys that the policy writes. */
const PINNED = JSON.stringify([labels.NODE_TIER, labels.TENANT]);

/** `pins` are both what the pod's node must bear and what the pod tolerates. */
const VARIABLES = [
  { name: "spec", expression: `${IS_POD} ? object.spec : object.spec.template.spec` },
  { name: "path", expression: `${IS_POD} ? "/spec" : "/spec/template/spec"` },
  { name: "marks", expression: "namespaceObject.metadata.labels" },
  {
    name: "pins",
    expression: `["${labels.POOL}"].map(label, {"key": "${labels.NODE_TIER}", "value": variables.marks[label]})
      + (variables.marks["${labels.POOL}"] == "dedicated" ? ["${labels.TENANT}"] : [])
        .map(label, {"key": label, "value": variables.marks[label]})`,
  },
];

/** What the tenant wrote under other keys stays: it may choose among zones. */
const SELECT_OWN_NODES = `
  (has(variables.spec.nodeSelector) ? [] : [
    JSONPatch{op: "add", path: variables.path + "/nodeSelector", value: {}}
  ]) + variables.pins.map(pin, JSONPatch{
    op: "add",
    path: variables.path + "/nodeSelector/" + jsonpatch.escapeKey(pin.key),
    value: pin.value
  })`;

const TOLERATE_OWN_NODES = `
  (has(variables.spec.tolerations) ? [] : [
    JSONPatch{op: "add", path: variables.path + "/tolerations", value: []}
  ]) + variables.pins
    .map(pin, {"key": pin.key, "operator": "Equal", "value": pin.value, "effect": "NoSchedule"})
    .filter(toleration, !(toleration in variables.spec.?tolerations.orValue([])))
    .map(toleration, JSONPatch{op: "add", path: variables.path + "/tolerations/-", value: toleration})`;

/** CEL: whether a toleration is one that this policy wrote for another pool than today's. */
function former(toleration: string): string {
  return `(${toleration}.?key.orValue("") in ${PINNED} && ${toleration}.?operator.orValue("") == "Equal" &&
    !variables.pins.exists(pin, pin.key == ${toleration}.key && pin.value == ${toleration}.?value.orValue("")))`;
}

/**
 * A tenant moves to another pool, and its DaemonSets and what its backups hold still bear what was written for the one
 * before: they would be refused for what nobody wrote. Each removal moves those behind it up by one.
 */
const FORGET_FORMER_NODES = `
  ${PINNED}
    .filter(key, key in variables.spec.?nodeSelector.orValue({}) && !variables.pins.exists(pin, pin.key == key))
    .map(key, JSONPatch{op: "remove", path: variables.path + "/nodeSelector/" + jsonpatch.escapeKey(key)})
  + variables.spec.?tolerations.orValue([]).transformList(
    index,
    toleration,
    ${former("toleration")},
    JSONPatch{
      op: "remove",
      path: variables.path + "/tolerations/" + string(index - variables.spec.tolerations.transformList(
        earlier,
        other,
        earlier < index && ${former("other")},
        earlier
      ).size())
    }
  )`;

/** A pod that names its node passes the scheduler by. */
const LEAVE_NODE_TO_SCHEDULER = `
  has(variables.spec.nodeName) ? [JSONPatch{op: "remove", path: variables.path + "/nodeName"}] : []`;

const RUN_SANDBOXED = `
  "${labels.RUNTIME_CLASS}" in variables.marks ? [JSONPatch{
    op: "add",
    path: variables.path + "/runtimeClassName",
    value: variables.marks["${labels.RUNTIME_CLASS}"]
  }] : []`;

/** JSON patches, because an apply configuration can neither take a field away nor add to an atomic list. */
export function placementPolicy() {
  return {
    name: NAME,
    spec: {
      failurePolicy: "Fail",
      // Runs again after another policy or webhook has changed the pod.
      reinvocationPolicy: "IfNeeded",
      matchConstraints: { namespaceSelector: tenantNamespaces, resourceRules: RULES },
      variables: VARIABLES,
      mutations: [
        FORGET_FORMER_NODES,
        SELECT_OWN_NODES,
        TOLERATE_OWN_NODES,
        LEAVE_NODE_TO_SCHEDULER,
        RUN_SANDBOXED,
      ].map((expression) => ({ patchType: "JSONPatch", jsonPatch: { expression } })),
    },
  };
}
