/**
 * Sandboxed runtimes are for the tenants that asked for one, whose nodes bring it (R42). The placement policy gives their
 * pods the runtime; elsewhere a pod that names one would wait for ever on a node that does not know it.
 */

import * as labels from "../model/labels";
import { tenantNamespaces } from "./placement";

const NAME = "tenantry-runtime";

/** @param classes names of the RuntimeClasses; a tenant may use others, for example those of a device's vendor. */
export function runtimeRule(classes: readonly string[]) {
  return {
    name: NAME,
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        namespaceSelector: tenantNamespaces,
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
        ],
      },
      matchConditions: [
        {
          name: "sandboxed",
          expression: `object.spec.?runtimeClassName.orValue("") in ${JSON.stringify(classes)}`,
        },
      ],
      validations: [
        {
          expression: `namespaceObject.metadata.labels[?"${labels.RUNTIME_CLASS}"] == object.spec.?runtimeClassName`,
          reason: "Forbidden",
          messageExpression: `"namespace " + request.namespace + " has no nodes with runtime " + object.spec.runtimeClassName + "; leave out runtimeClassName, or have the tenant's file ask for the runtime (runtimeClass)"`,
        },
      ],
    },
  };
}
