/** A volume of another class lies under another key than the tenant's, or on what somebody else keeps (R58). */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { everyWorkload, workload } from "../../examples";
import { text } from "../../rule";
import { claim, noted, OWN_CLASS, podWithScratch, scratch, statefulSet } from "./objects";
import { CLASS_ANNOTATION, claimRule, claimsThat } from "./claims";

export const storageClass = claimRule({
  name: "storage-class",
  requirements: ["R58"],
  variables: {
    // Of a namespace without tenant no class is the own one: no name ends in a hyphen.
    class: `${text(names.storageClassName(""))} + variables.marks[?${text(labels.NAME)}].orValue("")`,
  },
  offences: claimsThat(
    "claim.class != variables.class",
    `(claim.class == "" ? " names no StorageClass" : " is of StorageClass " + claim.class)`,
  ),
  why: "Only volumes of the tenant's own StorageClass are encrypted with the tenant's own key",
  cure: `Set storageClassName to ${names.storageClassName("")}<tenant>, with the tenant's name`,
  examples: {
    passes: [
      { what: "a claim of the own class", object: claim() },
      { what: "a StatefulSet with a claim of the own class", object: statefulSet() },
      { what: "a pod with a passing volume of the own class", object: podWithScratch() },
      {
        what: "the own class in the old annotation as well",
        object: claim({}, { annotations: { [CLASS_ANNOTATION]: OWN_CLASS } }),
      },
      {
        what: "a note on a claim that stands there with another class",
        before: claim({ storageClassName: "" }),
        object: claim({ storageClassName: "" }, { annotations: { note: "kept" } }),
      },
      {
        what: "a note on a StatefulSet that stands there with another class",
        before: statefulSet({ storageClassName: "gp2" }),
        object: noted(statefulSet({ storageClassName: "gp2" })),
      },
      {
        what: "a note on a CronJob whose pods have volumes of another class",
        before: workload("CronJob", { spec: scratch({ storageClassName: "gp2" }) }),
        object: noted(workload("CronJob", { spec: scratch({ storageClassName: "gp2" }) })),
      },
    ],
    fails: [
      {
        what: "a claim of another tenant's class",
        object: claim({ storageClassName: names.storageClassName("other") }),
        says: "the claim is of StorageClass tenant-other",
      },
      {
        what: "a class that only begins like the own",
        object: claim({ storageClassName: `${OWN_CLASS}-fast` }),
        says: "the claim is of StorageClass tenant-example-fast",
      },
      {
        what: "a claim without a class",
        object: claim({ storageClassName: undefined }),
        says: "the claim names no StorageClass",
      },
      {
        what: "a claim with an empty class, which takes any volume that lies about",
        object: claim({ storageClassName: "" }),
        says: "the claim names no StorageClass",
      },
      {
        what: "another class in the old annotation",
        object: claim({}, { annotations: { [CLASS_ANNOTATION]: "gp2" } }),
        says: "the claim is of StorageClass gp2",
      },
      {
        what: "a StatefulSet whose claims a controller would make",
        object: statefulSet({ storageClassName: "gp2" }),
        says: "claim template data is of StorageClass gp2",
      },
      ...everyWorkload({ spec: scratch({ storageClassName: "gp2" }) }).map(({ what, object }) => ({
        what: `${what} with a passing volume of another class`,
        object,
        says: "volume scratch is of StorageClass gp2",
      })),
      {
        what: "the template of a pod whose volume names no class",
        object: workload("CronJob", { spec: scratch({ storageClassName: undefined }) }),
        says: "volume scratch names no StorageClass",
      },
      {
        what: "such a template, later",
        before: workload("CronJob"),
        object: workload("CronJob", { spec: scratch({ storageClassName: "gp2" }) }),
        says: "volume scratch is of StorageClass gp2",
      },
      {
        what: "the own class where the namespace is no tenant's",
        object: claim(),
        namespace: { labels: { [labels.TENANT]: null, [labels.NAME]: null } },
        says: "the claim is of StorageClass tenant-example",
      },
    ],
  },
});
