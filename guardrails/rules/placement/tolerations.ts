/**
 * Taints keep each tier's nodes to its own tenants (R40, R41). The placement policy pins every pod all the same; whoever
 * tolerates a foreign taint wants to be where it has no business, or to stay on a node that is being emptied.
 */

import * as labels from "../../../model/labels";
import { EXAMPLE, OTHER, everyWorkload, pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { text } from "../../rule";
import { OWN_NODES } from "./own-nodes";

/** Kubernetes' own, which its controllers give to pods: a node that is gone, or has too little of something. */
const CONDITIONS = [
  "not-ready",
  "unreachable",
  "unschedulable",
  "memory-pressure",
  "disk-pressure",
  "pid-pressure",
].map((condition) => `node.kubernetes.io/${condition}`);

function tolerating(...tolerations: object[]) {
  return { spec: { tolerations } };
}

const EVERY_TAINT = { operator: "Exists" };
const CONTROL_PLANE = {
  key: "node-role.kubernetes.io/control-plane",
  operator: "Exists",
  effect: "NoSchedule",
};
const tier = (value: string) => ({ key: labels.NODE_TIER, operator: "Equal", value, effect: "NoSchedule" });
const owner = (value: string) => ({ key: labels.TENANT, operator: "Equal", value, effect: "NoSchedule" });
const dedicated = { labels: { [labels.POOL]: "dedicated" } };

export const ownTolerations = podRule({
  name: "tolerations",
  requirements: ["R40", "R41"],
  variables: {
    ...OWN_NODES,
    tolerations: "variables.pod.?tolerations.orValue([])",
  },
  // The taint of the tenant's nodes has a value: to tolerate that it exists is to tolerate everybody's.
  offences: `variables.tolerations.filter(toleration,
      !(toleration.?key.orValue("") in ${text(CONDITIONS)}) &&
      !(toleration.?operator.orValue("Equal") in ["", "Equal"] &&
        (string(toleration.?key.orValue("")) + "=" + string(toleration.?value.orValue(""))) in variables.ownNodes))
    .map(toleration, toleration.?key.orValue("") == "" ? "it tolerates every taint" :
      "it tolerates taint " + string(toleration.key) + (toleration.?value.orValue("") == "" ? "" : "=" + string(toleration.value)))`,
  why: "Taints keep nodes to the tenants that they are for",
  cure: "Leave out tolerations: pods of a tenant tolerate their own nodes' taints by themselves",
  examples: {
    passes: [
      { what: "the taint of the tenant's pool", object: pod(tolerating(tier("standard"))) },
      {
        what: "the same without the operator, which is then Equal",
        object: workload("Deployment", tolerating({ key: labels.NODE_TIER, value: "standard" })),
      },
      {
        what: "taints of a tenant with nodes of its own",
        object: pod(tolerating(tier("dedicated"), owner(EXAMPLE.id))),
        namespace: dedicated,
      },
      {
        what: "what the DaemonSet controller adds",
        object: pod(
          tolerating(
            ...CONDITIONS.map((key, index) => ({
              key,
              operator: "Exists",
              effect: index < 2 ? "NoExecute" : "NoSchedule",
            })),
          ),
        ),
      },
      {
        what: "a node that is gone for a minute",
        object: workload(
          "StatefulSet",
          tolerating({
            key: "node.kubernetes.io/unreachable",
            operator: "Exists",
            effect: "NoExecute",
            tolerationSeconds: 60,
          }),
        ),
      },
    ],
    fails: [
      ...everyWorkload(tolerating(EVERY_TAINT)).map(({ what, object }) => ({
        what: `${what} that tolerates everything (A084)`,
        object,
        says: "it tolerates every taint",
      })),
      {
        what: "every taint of an effect",
        object: pod(tolerating({ operator: "Exists", effect: "NoExecute" })),
        says: "it tolerates every taint",
      },
      {
        what: "another tier's taint",
        object: pod(tolerating(tier("sensitive"))),
        says: "it tolerates taint tenant-tier=sensitive",
      },
      {
        what: "the taint of every tier",
        object: pod(tolerating({ key: labels.NODE_TIER, operator: "Exists" })),
        says: "it tolerates taint tenant-tier",
      },
      {
        what: "another tenant's taint",
        object: pod(tolerating(tier("dedicated"), owner(OTHER.id))),
        namespace: dedicated,
        says: `it tolerates taint tenant=${OTHER.id}`,
      },
      {
        what: "a taint of its own, in a pool that tenants share",
        object: pod(tolerating(owner(EXAMPLE.id))),
        says: `it tolerates taint tenant=${EXAMPLE.id}`,
      },
      {
        what: "the control plane's",
        object: workload("DaemonSet", tolerating(CONTROL_PLANE)),
        says: "it tolerates taint node-role.kubernetes.io/control-plane",
      },
      {
        what: "a key that only begins like Kubernetes' own",
        object: pod(tolerating({ key: "node.kubernetes.io/not-ready-2", operator: "Exists" })),
        says: "it tolerates taint node.kubernetes.io/not-ready-2",
      },
      {
        what: "the pool's taint, in a namespace that is no tenant's",
        object: pod(tolerating(tier("standard"))),
        namespace: { labels: { [labels.TENANT]: null, [labels.POOL]: null } },
        says: "it tolerates taint tenant-tier=standard",
      },
      {
        what: "the taint that empties a node",
        object: workload("Deployment", tolerating({ key: "karpenter.sh/disrupted", operator: "Exists" })),
        says: "it tolerates taint karpenter.sh/disrupted",
      },
      {
        what: "a running pod that gets a toleration (A090)",
        before: pod(),
        object: pod(tolerating(EVERY_TAINT)),
        says: "it tolerates every taint",
      },
    ],
  },
});
