/**
 * The Pod Security floor of the whole cluster (R19): no namespace below `baseline` but those that the platform exempts
 * by name. API servers that somebody else runs (EKS) take no admission configuration, so that the floor is two policies
 * over namespaces: one gives the label to a namespace that has none, one refuses a label below the floor.
 */

import type { PlatformSpec } from "../model/platform";

const NAME = "tenantry-pod-security-floor";
const LABEL = "pod-security.kubernetes.io/enforce";

/** Every way to write a namespace: `status` writes labels too. */
const WRITES = [
  {
    apiGroups: [""],
    apiVersions: ["v1"],
    operations: ["CREATE", "UPDATE"],
    resources: ["namespaces", "namespaces/status", "namespaces/finalize"],
  },
];

/** Namespaces by name, Velero's among them, whose node agent mounts host paths; CEL of both policies. */
function notExempt({ cluster }: PlatformSpec): { name: string; expression: string }[] {
  const exempt = [...cluster.privilegedNamespaces, cluster.backupNamespace];
  return [{ name: "not-exempt", expression: `!(request.name in ${JSON.stringify(exempt)})` }];
}

/** A namespace without a level gets `baseline`. */
export function floorDefault(platform: PlatformSpec) {
  return {
    name: NAME,
    spec: {
      failurePolicy: "Fail",
      reinvocationPolicy: "IfNeeded",
      matchConstraints: { resourceRules: WRITES.map((rule) => ({ ...rule, resources: ["namespaces"] })) },
      matchConditions: [
        ...notExempt(platform),
        { name: "no-level", expression: `!("${LABEL}" in object.metadata.?labels.orValue({}))` },
      ],
      mutations: [
        {
          patchType: "ApplyConfiguration",
          applyConfiguration: {
            expression: `Object{metadata: Object.metadata{labels: {"${LABEL}": "baseline"}}}`,
          },
        },
      ],
    },
  };
}

/** CEL: the level of an object, if it has one. */
function levelOf(object: string): string {
  return `${object}.metadata.?labels[?"${LABEL}"]`;
}

/**
 * A level below the floor is refused, whoever asks. What stands below it since before may stay, or its controllers could
 * never finish its removal.
 */
export function floorRule(platform: PlatformSpec) {
  return {
    name: NAME,
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: WRITES },
      matchConditions: [
        ...notExempt(platform),
        {
          name: "new-level",
          expression: `oldObject == null || ${levelOf("object")} != ${levelOf("oldObject")}`,
        },
      ],
      validations: [
        {
          expression: `${levelOf("object")}.orValue("none") in ["baseline", "restricted"]`,
          reason: "Forbidden",
          messageExpression: `"namespace " + request.name + " asks for Pod Security below baseline, the floor of this cluster; label it ${LABEL}=baseline or have it exempted in the platform stack (cluster.privilegedNamespaces)"`,
        },
      ],
    },
  };
}
