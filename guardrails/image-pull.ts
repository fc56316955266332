/**
 * Has every image of a tenant's pods fetched anew, with the pod's own credentials (R22). Nodes are shared: with another
 * policy a pod would run a neighbour's private image from the node's store. EKS lacks the plugin that does this.
 */

import { tenantNamespaces } from "./placement";

const NAME = "tenantry-image-pull";

const RULES = [
  { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
  { apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["pods/ephemeralcontainers"] },
];

const ALWAYS = `"Always"`;

/** CEL: patches for a list of containers of a pod. */
function pull(list: string, unless = "false"): string {
  return `object.spec.?${list}.orValue([]).transformList(
    index,
    container,
    container.?imagePullPolicy.orValue("") != ${ALWAYS} && !(${unless}),
    JSONPatch{op: "add", path: "/spec/${list}/" + string(index) + "/imagePullPolicy", value: ${ALWAYS}}
  )`;
}

/** Those that the pod has already must stay as they are. */
const EPHEMERAL = pull("ephemeralContainers", "container.name in variables.running");

const VOLUMES = `object.spec.?volumes.orValue([]).transformList(
  index,
  volume,
  has(volume.image) && volume.image.?pullPolicy.orValue("") != ${ALWAYS},
  JSONPatch{op: "add", path: "/spec/volumes/" + string(index) + "/image/pullPolicy", value: ${ALWAYS}}
)`;

/** Whether the pod is new; of one that runs, only the ephemeral containers may be added to. */
const IS_NEW = `request.operation == "CREATE"`;

export function imagePullPolicy() {
  return {
    name: NAME,
    spec: {
      failurePolicy: "Fail",
      // Runs again after another policy or webhook has given the pod a container.
      reinvocationPolicy: "IfNeeded",
      matchConstraints: { namespaceSelector: tenantNamespaces, resourceRules: RULES },
      variables: [
        {
          name: "running",
          expression: `${IS_NEW} ? [] : oldObject.spec.?ephemeralContainers.orValue([]).map(container, container.name)`,
        },
      ],
      mutations: [
        `${IS_NEW} ? ${pull("containers")} : []`,
        `${IS_NEW} ? ${pull("initContainers")} : []`,
        EPHEMERAL,
        `${IS_NEW} ? ${VOLUMES} : []`,
      ].map((expression) => ({ patchType: "JSONPatch", jsonPatch: { expression } })),
    },
  };
}
