/**
 * What stops each kind of workload, and what of it has to be remembered so that it can run again (R89). Templates of pods
 * are left as they are: a change of one would start a roll-out, and rules made since might refuse it.
 */

import { isControlled, type LiveObject } from "../collection";

/** A field of a workload's spec that says how much of it runs. */
export interface Switch {
  readonly field: string;
  /** Its value where nothing runs. */
  readonly off: number | boolean;
}

export interface StoppableKind {
  readonly kind: string;
  /** Group and version as they stand in a path. */
  readonly api: string;
  readonly plural: string;
  /** Absent where no field stops the kind, but only a quota without pods. */
  readonly switch?: Switch;
  /** Whether an object that runs is to be stopped. */
  readonly concerns: (object: LiveObject) => boolean;
  /** Whether an object of a controller is stopped by way of it; Kubernetes copies the controller's annotations to it. */
  readonly follows?: true;
}

const REPLICAS: Switch = { field: "replicas", off: 0 };
const SUSPEND: Switch = { field: "suspend", off: true };

const always = () => true;

/** In the order in which they are stopped; they start again in the opposite one. */
export const stoppableKinds: readonly StoppableKind[] = [
  {
    // One that may go down to no replica would scale its target up again; from one on it leaves a target at none alone.
    kind: "HorizontalPodAutoscaler",
    api: "apis/autoscaling/v2",
    plural: "horizontalpodautoscalers",
    switch: { field: "minReplicas", off: 1 },
    concerns: ({ spec }) => spec?.["minReplicas"] === 0,
  },
  { kind: "CronJob", api: "apis/batch/v1", plural: "cronjobs", switch: SUSPEND, concerns: always },
  { kind: "Job", api: "apis/batch/v1", plural: "jobs", switch: SUSPEND, concerns: isUnfinished },
  {
    kind: "ReplicaSet",
    api: "apis/apps/v1",
    plural: "replicasets",
    switch: REPLICAS,
    concerns: always,
    follows: true,
  },
  { kind: "Deployment", api: "apis/apps/v1", plural: "deployments", switch: REPLICAS, concerns: always },
  { kind: "StatefulSet", api: "apis/apps/v1", plural: "statefulsets", switch: REPLICAS, concerns: always },
  // The quota keeps its pods away. The mark wakes its controller up, which waits ever longer after each refusal.
  { kind: "DaemonSet", api: "apis/apps/v1", plural: "daemonsets", concerns: always },
];

export function collectionOf(
  { api, plural }: Pick<StoppableKind, "api" | "plural">,
  namespace: string,
): string {
  return `/${api}/namespaces/${namespace}/${plural}`;
}

const FINISHED = ["Complete", "Failed"];

/** Whether the object is left to the one that controls it. */
export function isFollower({ follows }: StoppableKind, object: LiveObject): boolean {
  return follows === true && isControlled(object);
}

function isUnfinished({ status }: LiveObject): boolean {
  const conditions = (status?.["conditions"] ?? []) as { readonly type: string; readonly status: string }[];
  return !conditions.some(({ type, status: holds }) => FINISHED.includes(type) && holds === "True");
}
