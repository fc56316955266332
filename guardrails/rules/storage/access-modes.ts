/** What many nodes write at once is encrypted as one for all that write; the tenant's volumes have a key each (R59). */

import { workload } from "../../examples";
import { claim, podWithScratch, scratch, statefulSet } from "./objects";
import { claimRule, claimsThat } from "./claims";

const SHARED = "ReadWriteMany";

export const accessModes = claimRule({
  name: "access-modes",
  requirements: ["R59"],
  offences: claimsThat(`"${SHARED}" in claim.spec.?accessModes.orValue([])`, `" asks for ${SHARED}"`),
  why: "The tenant's StorageClass makes EBS volumes with a key each, and has none that many nodes may write",
  cure: "Ask for ReadWriteOnce or ReadWriteOncePod, and share files through a service of your own",
  examples: {
    passes: [
      { what: "a volume for one node", object: claim() },
      { what: "a volume for one pod", object: claim({ accessModes: ["ReadWriteOncePod"] }) },
      { what: "a volume that many read", object: claim({ accessModes: ["ReadOnlyMany"] }) },
      {
        what: "a note on a claim of many writers that stands",
        before: claim({ accessModes: [SHARED] }),
        object: claim({ accessModes: [SHARED] }, { annotations: { note: "kept" } }),
      },
    ],
    fails: [
      {
        what: "a volume for many writers",
        object: claim({ accessModes: [SHARED] }),
        says: "the claim asks for ReadWriteMany",
      },
      {
        what: "many writers as one of two modes, as a raw device",
        object: claim({ accessModes: ["ReadWriteOnce", SHARED], volumeMode: "Block" }),
        says: "the claim asks for ReadWriteMany",
      },
      {
        what: "a StatefulSet whose pods share",
        object: statefulSet({ accessModes: [SHARED] }),
        says: "claim template data asks for ReadWriteMany",
      },
      {
        what: "a passing volume for many writers",
        object: podWithScratch({ accessModes: [SHARED] }),
        says: "volume scratch asks for ReadWriteMany",
      },
      {
        what: "the template of such a pod",
        object: workload("Deployment", { spec: scratch({ accessModes: [SHARED] }) }),
        says: "volume scratch asks for ReadWriteMany",
      },
    ],
  },
});
