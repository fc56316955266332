/** Objects for the examples of rules about workloads, besides those that hold pods. */

import * as labels from "../../../model/labels";
import { meta, workload } from "../../examples";
import type { Document } from "../../rule";

type Fields = Readonly<Record<string, unknown>>;

/** A workload with fields beside its pod's template. */
export function workloadWith(kind: string, fields: Fields): Document {
  const object = workload(kind);
  return { ...object, spec: { ...(object["spec"] as Fields), ...fields } };
}

export function autoscaler(maxReplicas: number, version = "v2"): Document {
  return {
    apiVersion: `autoscaling/${version}`,
    kind: "HorizontalPodAutoscaler",
    metadata: meta("web"),
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas },
  };
}

/** A budget over the pods that the tenant put under one of its own. */
export function budget(spec: Fields): Document {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: meta("web"),
    spec: { selector: { matchLabels: { [labels.DISRUPTION_BUDGET]: "own" } }, ...spec },
  };
}
