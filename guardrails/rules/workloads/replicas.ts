/**
 * No namespace has room for more pods than the largest quota. A controller that is asked for two thousand million tries on
 * and on, at the cost of an API server that all tenants share (R34).
 */

import { tierNames, tiers } from "../../../model/tiers";
import { workload } from "../../examples";
import {
  DEPLOYMENT,
  HORIZONTAL_POD_AUTOSCALER,
  JOB,
  REPLICA_SET,
  REPLICATION_CONTROLLER,
  STATEFUL_SET,
} from "../../kinds";
import { text, type Rule } from "../../rule";
import { autoscaler, workloadWith } from "./objects";

/** What each of these kinds calls the number of its pods. */
const FIELDS = ["replicas", "maxReplicas", "parallelism"];

const MOST = Math.max(...tierNames.map((tier) => tiers[tier].ceiling.pods));
const ENDLESS = 2_147_483_647;

/** CEL: the number in a field; nothing where it is absent. */
function count(object: string, field: string): string {
  return `${object}.spec.?${field}.orValue(0)`;
}

export const replicaCounts: Rule = {
  name: "replicas",
  requirements: ["R34"],
  matches: [
    {
      kinds: [DEPLOYMENT, STATEFUL_SET, REPLICA_SET, REPLICATION_CONTROLLER, JOB, HORIZONTAL_POD_AUTOSCALER],
      operations: ["CREATE", "UPDATE"],
    },
  ],
  offences: FIELDS.map(
    (field) => `(${count("object", field)} > ${MOST} &&
      (request.operation == "CREATE" || ${count("object", field)} != ${count("oldObject", field)})
      ? [${text(`${field} is `)} + string(int(${count("object", field)}))] : [])`,
  ).join(" + "),
  why: `No namespace has room for more than ${MOST} pods, and trying for them slows the cluster down for everybody`,
  cure: `Ask for ${MOST} or fewer`,
  examples: {
    passes: [
      { what: "no number", object: workload("Deployment") },
      { what: "none", object: workloadWith("Deployment", { replicas: 0 }) },
      { what: "as many as the largest quota, when asked for", object: autoscaler(MOST) },
      {
        what: "fewer than before",
        before: workloadWith("StatefulSet", { replicas: 2 }),
        object: workloadWith("StatefulSet", { replicas: 1 }),
      },
    ],
    fails: [
      ...["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"].map((kind) => ({
        what: `a ${kind} (A093)`,
        object: workloadWith(kind, { replicas: ENDLESS }),
        says: `replicas is ${ENDLESS}`,
      })),
      {
        what: "an autoscaler (A093)",
        object: autoscaler(ENDLESS),
        says: `maxReplicas is ${ENDLESS}`,
      },
      {
        what: "an autoscaler of the older version",
        object: autoscaler(ENDLESS, "v1"),
        says: `maxReplicas is ${ENDLESS}`,
      },
      {
        what: "a Job",
        object: workloadWith("Job", { parallelism: MOST + 1 }),
        says: `parallelism is ${MOST + 1}`,
      },
      {
        what: "a number that is raised",
        before: workloadWith("Deployment", { replicas: 0 }),
        object: workloadWith("Deployment", { replicas: MOST + 1 }),
        says: `replicas is ${MOST + 1}`,
      },
    ],
  },
};
