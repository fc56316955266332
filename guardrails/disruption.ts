/**
 * Keeps a tenant's pods apart, so that one tenant fills no zone and no host, and the loss of one takes no tenant down
 * whole; and puts pods that can be counted under the namespace's disruption budget (R38).
 */

import * as labels from "../model/labels";
import { tenantNamespaces } from "./placement";

const NAME = "tenantry-spread";

const TOPOLOGIES = ["topology.kubernetes.io/zone", "kubernetes.io/hostname"];

/** Owners with a scale: a budget in per cent needs one, and one pod without it stops the count for all others. */
const SCALED = ["apps/v1/ReplicaSet", "apps/v1/StatefulSet", "v1/ReplicationController"];

/** Every pod of the namespace. The scheduler takes the empty selector, which says the same, for no pod at all. */
const EVERY_POD = { matchExpressions: [{ key: labels.PLATFORM, operator: "DoesNotExist" }] };

/**
 * A wish and no condition: full nodes keep no pod waiting. Plain maps, because API server 1.36 panics where typed objects
 * stand in a list; with `dyn`, because a map holds values of one type.
 */
const SPREAD = `
  size(object.spec.?topologySpreadConstraints.orValue([])) > 0 ? [] : [JSONPatch{
    op: "add",
    path: "/spec/topologySpreadConstraints",
    value: ${JSON.stringify(TOPOLOGIES)}.map(topology, {
      "maxSkew": dyn(1),
      "topologyKey": dyn(topology),
      "whenUnsatisfiable": dyn("ScheduleAnyway"),
      "labelSelector": dyn(${JSON.stringify(EVERY_POD)})
    })
  }]`;

/** A tenant's own value stays: under two budgets at once a pod could not be evicted at all. */
const COUNT_UNDER_BUDGET = `
  "${labels.DISRUPTION_BUDGET}" in variables.marks || !variables.scaled ? [] :
  (has(object.metadata.labels) ? [] : [JSONPatch{op: "add", path: "/metadata/labels", value: {}}])
  + [JSONPatch{
    op: "add",
    path: "/metadata/labels/" + jsonpatch.escapeKey("${labels.DISRUPTION_BUDGET}"),
    value: "default"
  }]`;

export function spreadPolicy() {
  return {
    name: NAME,
    spec: {
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      matchConstraints: {
        namespaceSelector: tenantNamespaces,
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
        ],
      },
      variables: [
        { name: "marks", expression: "object.metadata.?labels.orValue({})" },
        {
          name: "scaled",
          expression: `object.metadata.?ownerReferences.orValue([]).exists(owner, owner.?controller.orValue(false)
            && (owner.apiVersion + "/" + owner.kind) in ${JSON.stringify(SCALED)})`,
        },
      ],
      mutations: [SPREAD, COUNT_UNDER_BUDGET].map((expression) => ({
        patchType: "JSONPatch",
        jsonPatch: { expression },
      })),
    },
  };
}
