/** Another class is another way in from outside, past the tenant gateway (R50). */

import type { GuardedPlatform } from "../../../model/provisioner";
import { INGRESS } from "../../kinds";
import { text, type Rule } from "../../rule";
import { ingress, WITH_HOSTS } from "./objects";

/** Older than the field; some controllers look here first. */
export const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/**
 * Where the platform serves hosts by the Gateway API or not at all, no controller of its own answers to the class: an
 * Ingress of that class then does nothing, and one of another class is refused all the same.
 */
export function ingressClass(platform: GuardedPlatform): Rule {
  const { className } = platform.cluster.gateway;
  const old = (object: string) => `${object}.metadata.?annotations[?${text(CLASS_ANNOTATION)}].orValue("")`;
  const named = (object: string) => `${object}.spec.?ingressClassName.orValue("")`;
  return {
    name: "ingress-class",
    requirements: ["R50"],
    matches: [{ kinds: [INGRESS], operations: ["CREATE", "UPDATE"] }],
    when: `request.operation == "CREATE" || ${named("object")} != ${named("oldObject")} || ${old("object")} != ${old("oldObject")}`,
    offences: `${old("object")} != "" ? ["its annotation ${CLASS_ANNOTATION} names a class"] :
      ${named("object")} == ${text(className)} ? [] :
      ${named("object")} == "" ? ["it names no class"] : ["it is of class " + ${named("object")}]`,
    why: "Tenants are served by the platform's own class alone",
    cure: `Set ingressClassName to ${className}, without the annotation ${CLASS_ANNOTATION}`,
    examples: {
      passes: [
        { what: "the platform's class", object: ingress(platform), namespace: WITH_HOSTS },
        {
          what: "a note on an Ingress of another class that stands",
          before: ingress(platform, { ingressClassName: "old" }),
          object: ingress(platform, { ingressClassName: "old" }, { annotations: { note: "kept" } }),
          namespace: WITH_HOSTS,
        },
      ],
      fails: [
        {
          what: "another class",
          object: ingress(platform, { ingressClassName: "internal" }),
          namespace: WITH_HOSTS,
          says: "it is of class internal",
        },
        {
          what: "a class that only begins like the platform's",
          object: ingress(platform, { ingressClassName: `${className}-shared` }),
          namespace: WITH_HOSTS,
          says: `it is of class ${className}-shared`,
        },
        {
          what: "no class, so that the cluster's default takes it",
          object: ingress(platform, { ingressClassName: undefined }),
          namespace: WITH_HOSTS,
          says: "it names no class",
        },
        {
          what: "a class in the old annotation",
          object: ingress(
            platform,
            { ingressClassName: undefined },
            { annotations: { [CLASS_ANNOTATION]: className } },
          ),
          namespace: WITH_HOSTS,
          says: `its annotation ${CLASS_ANNOTATION} names a class`,
        },
        {
          what: "a class that changes later",
          before: ingress(platform),
          object: ingress(platform, { ingressClassName: "internal" }),
          namespace: WITH_HOSTS,
          says: "it is of class internal",
        },
      ],
    },
  };
}
