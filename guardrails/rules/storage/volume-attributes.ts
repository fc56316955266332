/** A class of attributes changes the volume beneath a tenant's StorageClass, past what the tenant was given (R58). */

import { claim, podWithScratch, statefulSet } from "./objects";
import { claimRule, claimsThat } from "./claims";

const CLASS = `claim.spec.?volumeAttributesClassName.orValue("")`;

export const volumeAttributes = claimRule({
  name: "volume-attributes",
  requirements: ["R58"],
  offences: claimsThat(`${CLASS} != ""`, `" takes the attributes of class " + ${CLASS}`),
  why: "Size and speed of a tenant's volumes come from its own StorageClass, and the platform offers no other attributes",
  cure: "Leave out volumeAttributesClassName",
  examples: {
    passes: [
      { what: "a claim that says nothing of it", object: claim() },
      { what: "a StatefulSet that says nothing of it", object: statefulSet() },
      {
        what: "a note on a claim of such a class that stands",
        before: claim({ volumeAttributesClassName: "fast" }),
        object: claim({ volumeAttributesClassName: "fast" }, { annotations: { note: "kept" } }),
      },
    ],
    fails: [
      {
        what: "a claim with a class of attributes",
        object: claim({ volumeAttributesClassName: "fast" }),
        says: "the claim takes the attributes of class fast",
      },
      {
        what: "a StatefulSet with a class of attributes",
        object: statefulSet({ volumeAttributesClassName: "fast" }),
        says: "claim template data takes the attributes of class fast",
      },
      {
        what: "a passing volume with a class of attributes",
        object: podWithScratch({ volumeAttributesClassName: "fast" }),
        says: "volume scratch takes the attributes of class fast",
      },
    ],
  },
});
