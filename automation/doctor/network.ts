/**
 * Doctor: is anybody enforcing network policies? The API server takes every NetworkPolicy and enforces none (R54). What
 * can be seen from it is the CNI's own agents; that packets are dropped, only packets show.
 */

import { z } from "zod";
import { accepted } from "../cluster";
import { failure, ok, warning, type Check, type Diagnosis } from "./check";

const TRY =
  "try it with two pods of two tenants: kubectl exec in one, connect to the other, and see it time out (docs/doctor.md)";
const CURE = "let this identity list DaemonSets, or look yourself: kubectl get daemonsets --all-namespaces";

const daemonSet = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(z.object({ name: z.string(), args: z.array(z.string()).default([]) })),
      }),
    }),
  }),
  status: z.object({ desiredNumberScheduled: z.number(), numberReady: z.number() }),
});
export type DaemonSet = z.output<typeof daemonSet>;
const list = z.object({ items: z.array(daemonSet) });

/** Agents that enforce NetworkPolicy, by the name of their DaemonSet. */
const ENFORCERS: Readonly<Record<string, string>> = {
  cilium: "Cilium",
  "calico-node": "Calico",
  "antrea-agent": "Antrea",
  "kube-router": "kube-router",
  "ovnkube-node": "OVN-Kubernetes",
  "kube-network-policies": "kube-network-policies",
};
/** Of Amazon's CNI, the agent does it, where it is switched on. */
const AWS_NODE = "aws-node";
const AWS_SWITCH = "--enable-network-policy=true";

export const networkCheck: Check = {
  name: "network policies",
  cure: CURE,
  examine: async (patient) => {
    const cluster = await patient.cluster();
    const reply = await cluster.request("GET", "/apis/apps/v1/daemonsets");
    if (reply.status === 403) {
      return warning("unknown: this identity may not list DaemonSets", CURE);
    }
    return judgeEnforcers(list.parse(accepted("list DaemonSets", reply)).items);
  },
};

export function judgeEnforcers(daemonSets: readonly DaemonSet[]): Diagnosis {
  const agents = daemonSets.flatMap((set) => {
    const known = ENFORCERS[set.metadata.name] ?? (isAwsEnforcing(set) ? "Amazon VPC CNI" : undefined);
    return known === undefined ? [] : [{ known, ...set.status }];
  });
  const [agent] = agents;
  if (agent === undefined) {
    const asleep = daemonSets.some(({ metadata }) => metadata.name === AWS_NODE);
    return asleep
      ? failure(
          "Amazon VPC CNI runs with its network policies switched off",
          "set enableNetworkPolicy: true in the configuration of the add-on vpc-cni",
        )
      : warning("unknown: no agent is seen that is known to enforce them", TRY);
  }
  const { known, desiredNumberScheduled: wanted, numberReady: ready } = agent;
  if (agents.length > 1) {
    return warning(`${agents.map((one) => one.known).join(" and ")} run beside each other`, TRY);
  }
  return ready < wanted || wanted === 0
    ? failure(
        `${known} is ready on ${ready} of ${wanted} nodes: pods on the others are not walled in`,
        "see the agent's pods and their events",
      )
    : ok(`${known} is ready on all ${wanted} nodes; no packet was sent to try it`);
}

function isAwsEnforcing({ metadata, spec }: DaemonSet): boolean {
  return (
    metadata.name === AWS_NODE && spec.template.spec.containers.some(({ args }) => args.includes(AWS_SWITCH))
  );
}
