/** Claims for the examples of rules about volumes. */

import * as names from "../../../model/names";
import { EXAMPLE, meta, pod, workload } from "../../examples";
import type { Document } from "../../rule";

type Fields = Readonly<Record<string, unknown>>;

export const OWN_CLASS = names.storageClassName(EXAMPLE.name);

/** Spec of a claim that keeps every rule, with what an example has besides or instead. */
export function claimSpec(fields: Fields = {}): Fields {
  return {
    storageClassName: OWN_CLASS,
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "1Gi" } },
    ...fields,
  };
}

export function claim(fields: Fields = {}, metadata: Fields = {}): Document {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: meta("data", metadata),
    spec: claimSpec(fields),
  };
}

/** A StatefulSet with such a claim for each of its pods. */
export function statefulSet(fields: Fields = {}): Document {
  const set = workload("StatefulSet");
  const template = { metadata: { name: "data" }, spec: claimSpec(fields) };
  return { ...set, spec: { ...(set["spec"] as Fields), volumeClaimTemplates: [template] } };
}

/** A volume that is made and removed with its pod. */
export function scratch(fields: Fields = {}): Fields {
  return {
    volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: { spec: claimSpec(fields) } } }],
  };
}

export function podWithScratch(fields: Fields = {}): Document {
  return pod({ spec: scratch(fields) });
}

/** The same object with an annotation that nobody reads. */
export function noted(object: Document): Document {
  return { ...object, metadata: { ...(object["metadata"] as Fields), annotations: { note: "kept" } } };
}
