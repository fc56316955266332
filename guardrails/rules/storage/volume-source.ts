/** A claim that names its volume, or what is to be copied into it, reaches for data that may be another's (R58). */

import { serviceAccount } from "../../examples";
import { text } from "../../rule";
import { claim, podWithScratch, statefulSet } from "./objects";
import { claimRule, claimsThat } from "./claims";

/** What binds a claim to the volume that was made for it: either name, by how the cluster runs its controllers. */
const BINDERS = [
  "system:serviceaccount:kube-system:persistent-volume-binder",
  "system:kube-controller-manager",
];

const BINDS = `request.operation == "UPDATE" && request.userInfo.username in ${text(BINDERS)}`;

/** CEL: whether the field names what may not be copied. A claim or a snapshot is one of the claim's own namespace. */
function isStrange(field: string): string {
  const source = `claim.spec.${field}`;
  // The API server has null where the group is left out.
  const group = `dyn(${source}.?apiGroup.orValue(""))`;
  return `has(${source}) && !(${source}.kind == "PersistentVolumeClaim" && ${group} in [dyn(""), dyn(null)] ||
    ${source}.kind == "VolumeSnapshot" && ${group} == dyn("snapshot.storage.k8s.io"))`;
}

const NAMESPACE = 'claim.spec.?dataSourceRef.?namespace.orValue("")';

export const volumeSource = claimRule({
  name: "volume-source",
  requirements: ["R25", "R58"],
  offences: [
    `((${BINDS}) ? [] : ${claimsThat(
      `claim.spec.?volumeName.orValue("") != ""`,
      `" names the volume " + claim.spec.volumeName`,
    )})`,
    claimsThat("has(claim.spec.selector)", `" selects volumes by label"`),
    claimsThat(isStrange("dataSource"), `" is filled from kind " + claim.spec.dataSource.kind`),
    claimsThat(
      `!has(claim.spec.dataSource) && ${isStrange("dataSourceRef")}`,
      `" is filled from kind " + claim.spec.dataSourceRef.kind`,
    ),
    claimsThat(
      `${NAMESPACE} != "" && ${NAMESPACE} != request.namespace`,
      `" is filled from namespace " + claim.spec.dataSourceRef.namespace`,
    ),
  ].join(" + "),
  why: "A volume or a copy that a claim picks itself can hold another tenant's data",
  cure: "Let the StorageClass make a volume, empty or from a claim or snapshot of this namespace",
  examples: {
    passes: [
      { what: "a claim for an empty volume", object: claim() },
      {
        what: "a copy of an own claim",
        object: claim({ dataSource: { kind: "PersistentVolumeClaim", name: "old" } }),
      },
      {
        what: "a copy of an own snapshot",
        object: claim({
          dataSourceRef: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "old" },
        }),
      },
      {
        what: "the controller that binds a claim to the volume made for it",
        before: claim(),
        object: claim({ volumeName: "pvc-1" }),
        by: serviceAccount("persistent-volume-binder", "kube-system"),
      },
      {
        what: "a label on a claim that is bound",
        before: claim({ volumeName: "pvc-1" }),
        object: claim({ volumeName: "pvc-1" }, { annotations: { note: "mine" } }),
      },
    ],
    fails: [
      {
        what: "a claim for a volume that another tenant left",
        object: claim({ volumeName: "pv-other" }),
        says: "the claim names the volume pv-other",
      },
      {
        what: "a tenant that binds its claim itself, later",
        before: claim(),
        object: claim({ volumeName: "pv-other" }),
        says: "the claim names the volume pv-other",
      },
      {
        what: "a claim for any volume with a label",
        object: claim({ selector: { matchLabels: { data: "other" } } }),
        says: "the claim selects volumes by label",
      },
      {
        what: "an empty selector",
        object: claim({ selector: {} }),
        says: "the claim selects volumes by label",
      },
      {
        what: "a volume filled by somebody's controller",
        object: claim({ dataSourceRef: { apiGroup: "example.com", kind: "Importer", name: "all" } }),
        says: "the claim is filled from kind Importer",
      },
      {
        what: "what another group calls a snapshot",
        object: claim({ dataSourceRef: { apiGroup: "example.com", kind: "VolumeSnapshot", name: "all" } }),
        says: "the claim is filled from kind VolumeSnapshot",
      },
      {
        what: "what another group calls a claim",
        object: claim({
          dataSourceRef: { apiGroup: "example.com", kind: "PersistentVolumeClaim", name: "all" },
        }),
        says: "the claim is filled from kind PersistentVolumeClaim",
      },
      {
        what: "a StatefulSet that names a volume",
        object: statefulSet({ volumeName: "pv-other" }),
        says: "claim template data names the volume pv-other",
      },
      {
        what: "a passing volume that selects volumes",
        object: podWithScratch({ selector: { matchLabels: { data: "other" } } }),
        says: "volume scratch selects volumes by label",
      },
    ],
  },
});
