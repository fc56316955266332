/**
 * Claims of volumes, wherever a tenant can write one: as an object, in a StatefulSet and in a pod's spec. The claims of the
 * latter two are made by Kubernetes' own controllers, so that a rule about the object alone would have to refuse those or
 * to let everything of theirs pass.
 */

import { PERSISTENT_VOLUME_CLAIM, POD } from "../../kinds";
import { specIn, WORKLOADS } from "../../pods";
import { text, type Rule } from "../../rule";

/** A rule about claims; what is as it was may stay. */
export function claimRule(rule: Omit<Rule, "matches">): Rule {
  return {
    ...rule,
    matches: [{ kinds: [PERSISTENT_VOLUME_CLAIM, POD, ...WORKLOADS], operations: ["CREATE", "UPDATE"] }],
    variables: {
      claims: claimsIn("object"),
      ...rule.variables,
    },
    when: `request.operation == "CREATE" || (${claimsIn("object")}) != (${claimsIn("oldObject")})${
      rule.when === undefined ? "" : ` && (${rule.when})`
    }`,
  };
}

/** Older than the field for the class, and stronger: Kubernetes looks here first. */
export const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** CEL of a claim's class, or "". */
function classOf(metadata: string, spec: string): string {
  return `${metadata}.?annotations[?${text(CLASS_ANNOTATION)}].orValue(${spec}.?storageClassName.orValue(""))`;
}

/**
 * CEL: the claims of an object, each with a `what` for people, a `spec` and a `class`. Annotations besides are not among
 * it: Kubernetes' own controllers and the scheduler write theirs.
 */
function claimsIn(object: string): string {
  const volumes = `(${specIn(object)}).?volumes.orValue([])`;
  const template = "volume.ephemeral.volumeClaimTemplate";
  return `${object}.kind == "PersistentVolumeClaim"
    ? [{"what": dyn("the claim"), "spec": dyn(${object}.spec), "class": dyn(${classOf(`${object}.metadata`, `${object}.spec`)})}]
    : (${object}.kind == "StatefulSet" ? ${object}.spec.?volumeClaimTemplates.orValue([]) : [])
        .map(claim, {"what": dyn("claim template " + claim.metadata.name), "spec": dyn(claim.spec),
          "class": dyn(${classOf("claim.metadata", "claim.spec")})}) +
      ${volumes}.filter(volume, has(volume.ephemeral) && has(${template}))
        .map(volume, {"what": dyn("volume " + volume.name), "spec": dyn(${template}.spec),
          "class": dyn(${classOf(`${template}.?metadata`, `${template}.spec`)})})`;
}

/** CEL: the claims of which something holds, each with what is said of it. Both CEL texts may use `claim`. */
export function claimsThat(holds: string, offence: string): string {
  return `variables.claims.filter(claim, ${holds}).map(claim, claim.what + ${offence})`;
}
