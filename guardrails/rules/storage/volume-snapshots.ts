/** A snapshot of contents that stand already can hold another tenant's data; another class keeps them elsewhere (R58). */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { meta } from "../../examples";
import { VOLUME_SNAPSHOT } from "../../kinds";
import { text, type Document, type Rule } from "../../rule";
import { OWN_CLASS } from "./objects";

function snapshot(spec: Readonly<Record<string, unknown>>, metadata = {}): Document {
  return {
    apiVersion: "snapshot.storage.k8s.io/v1",
    kind: "VolumeSnapshot",
    metadata: meta("nightly", metadata),
    spec: { source: { persistentVolumeClaimName: "data" }, ...spec },
  };
}

const CONTENT = `object.spec.source.?volumeSnapshotContentName.orValue("")`;
const CLASS = `object.spec.?volumeSnapshotClassName.orValue("")`;

export const volumeSnapshots: Rule = {
  name: "volume-snapshots",
  requirements: ["R58"],
  matches: [{ kinds: [VOLUME_SNAPSHOT], operations: ["CREATE", "UPDATE"] }],
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  variables: {
    class: `${text(names.storageClassName(""))} + variables.marks[?${text(labels.NAME)}].orValue("")`,
  },
  offences: `(${CONTENT} == "" ? [] : ["it is made of the content " + ${CONTENT}]) +
    (${CLASS} in ["", string(variables.class)] ? [] : ["it is of class " + ${CLASS}])`,
  why: "Contents that stand already, and classes that are not the tenant's, can hold or hand out another tenant's data",
  cure: `Name a claim of this namespace as source, and no class or ${names.storageClassName("")}<tenant>, with the tenant's name`,
  examples: {
    passes: [
      { what: "a snapshot of an own claim", object: snapshot({}) },
      { what: "a snapshot of the own class", object: snapshot({ volumeSnapshotClassName: OWN_CLASS }) },
      {
        what: "a note on a snapshot that stands",
        before: snapshot({ volumeSnapshotClassName: "shared" }),
        object: snapshot({ volumeSnapshotClassName: "shared" }, { annotations: { note: "kept" } }),
      },
    ],
    fails: [
      {
        what: "a snapshot of contents that stand already",
        object: snapshot({ source: { volumeSnapshotContentName: "content-other" } }),
        says: "it is made of the content content-other",
      },
      {
        what: "a class that writes into a shared account",
        object: snapshot({ volumeSnapshotClassName: "shared" }),
        says: "it is of class shared",
      },
      {
        what: "another tenant's class",
        object: snapshot({ volumeSnapshotClassName: names.storageClassName("other") }),
        says: "it is of class tenant-other",
      },
      {
        what: "another class that comes later",
        before: snapshot({}),
        object: snapshot({ volumeSnapshotClassName: "shared" }),
        says: "it is of class shared",
      },
    ],
  },
};
