/** Whether what was started again runs (R89). */

import { z } from "zod";
import { accepted, type Cluster } from "../cluster";
import { collectionOf, stoppableKinds } from "./kinds";
import type { Workload } from "./workloads";
import { waitUntilNone, type Patience } from "../waiting";

const figures = z.record(z.string(), z.unknown()).optional();
const live = z.object({ metadata: z.object({ generation: z.number() }), spec: figures, status: figures });
type Live = z.output<typeof live>;

interface Figures {
  readonly wanted: (object: Live) => unknown;
  readonly ready: string;
}

/** Where a kind says how many pods it wants, and how many are ready. */
const SCALED: Figures = { wanted: ({ spec }) => spec?.["replicas"], ready: "readyReplicas" };
const FIGURES: Readonly<Record<string, Figures>> = {
  Deployment: SCALED,
  StatefulSet: SCALED,
  ReplicaSet: SCALED,
  DaemonSet: { wanted: ({ status }) => status?.["desiredNumberScheduled"], ready: "numberReady" },
};

/**
 * Waits until as many pods are ready as each workload asks for; Jobs and CronJobs run in their own time.
 *
 * @throws RunFailure `timeout` naming the workloads that are not ready.
 */
export function waitUntilReady(
  cluster: Cluster,
  started: readonly Workload[],
  patience: Patience,
): Promise<void> {
  const pending = async () => {
    const left: string[] = [];
    for (const workload of started) {
      const missing = await missingPods(cluster, workload);
      left.push(...(missing > 0 ? [`${workload.kind} ${workload.namespace}/${workload.name}`] : []));
    }
    return left;
  };
  return waitUntilNone(
    pending,
    (left) =>
      `started again, but after ${patience.seconds} s not ready: ${left.join(", ")}; see why by kubectl describe`,
    patience,
  );
}

async function missingPods(cluster: Cluster, { kind, namespace, name }: Workload): Promise<number> {
  const of = stoppableKinds.find((candidate) => candidate.kind === kind);
  const read = FIGURES[kind];
  if (of === undefined || read === undefined) {
    return 0;
  }
  const reply = await cluster.request("GET", `${collectionOf(of, namespace)}/${name}`);
  if (reply.status === 404) {
    return 0;
  }
  const object = live.parse(accepted(`read ${kind} ${namespace}/${name}`, reply));
  // Until the controller has seen the change, its figures are those of before.
  const seen = number(object.status?.["observedGeneration"]) >= object.metadata.generation;
  return seen ? number(read.wanted(object)) - number(object.status?.[read.ready]) : 1;
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
