/**
 * Writes the tenant's id on whatever is made in a tenant's namespace, by people, charts and controllers alike (R13), so
 * that costs, logs and searches by that label leave nothing out. What is there already is marked when it is next changed.
 */

import * as labels from "../model/labels";
import { tenantNamespaces } from "./placement";

const NAME = "tenantry-tenant-label";

/** What an API server takes only without labels: questions about rights, and what binds a pod to a node. */
const UNLABELLED = [
  { apiGroups: ["authorization.k8s.io", "authentication.k8s.io"], resources: ["*"] },
  { apiGroups: [""], resources: ["bindings"] },
].map((kinds) => ({ ...kinds, apiVersions: ["*"], operations: ["*"], scope: "Namespaced" }));

/** A label that bears another value stays: a rule refuses it, and its author reads why. */
const MARK = `
  (has(object.metadata.labels) ? [] : [JSONPatch{op: "add", path: "/metadata/labels", value: {}}])
  + [JSONPatch{
    op: "add",
    path: "/metadata/labels/" + jsonpatch.escapeKey("${labels.TENANT}"),
    value: namespaceObject.metadata.labels["${labels.TENANT}"]
  }]`;

export function tenantLabelPolicy() {
  return {
    name: NAME,
    spec: {
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      matchConstraints: {
        namespaceSelector: tenantNamespaces,
        // The selector says nothing about what is in no namespace. Subresources are not matched by the asterisk.
        resourceRules: [
          {
            apiGroups: ["*"],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE"],
            resources: ["*"],
            scope: "Namespaced",
          },
        ],
        excludeResourceRules: UNLABELLED,
      },
      matchConditions: [
        {
          name: "unmarked",
          expression: `!("${labels.TENANT}" in object.metadata.?labels.orValue({}))`,
        },
      ],
      mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: MARK } }],
    },
  };
}
