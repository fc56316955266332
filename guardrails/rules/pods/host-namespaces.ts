/** In the namespaces of its node a pod meets the traffic, the programs and the memory of everybody there (R20). */

import { everyWorkload, pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { MAY_BE_ROOT } from "./allow-root";

const FIELDS = ["hostNetwork", "hostPID", "hostIPC"];

function shared(field: string) {
  return { spec: { [field]: true } };
}

export const hostNamespaces = podRule({
  name: "host-namespaces",
  requirements: ["R20"],
  offences: FIELDS.map(
    (field) => `(variables.pod.?${field}.orValue(false) ? ["it asks for ${field}"] : [])`,
  ).join(" + "),
  why: "A pod in its node's namespaces sees the traffic, the programs or the memory of other tenants",
  cure: `Leave out ${FIELDS.slice(0, -1).join(", ")} and ${FIELDS.slice(-1).join()}; containers of one pod can share processes by shareProcessNamespace`,
  examples: {
    passes: [
      {
        what: "a pod that says no",
        object: pod({ spec: { hostNetwork: false, hostPID: false, hostIPC: false } }),
      },
      { what: "users of its own", object: pod({ spec: { hostUsers: false } }) },
      {
        what: "processes that its own containers share (A075)",
        object: workload("Deployment", shared("shareProcessNamespace")),
      },
    ],
    fails: [
      ...everyWorkload(shared("hostNetwork")).map(({ what, object }) => ({
        what: `${what} in the network of its node (A062)`,
        object,
        says: "it asks for hostNetwork",
      })),
      { what: "the node's processes", object: pod(shared("hostPID")), says: "it asks for hostPID" },
      { what: "the node's memory", object: pod(shared("hostIPC")), says: "it asks for hostIPC" },
      {
        what: "all of them, in a template that is changed",
        before: workload("Deployment"),
        object: workload("Deployment", { spec: { hostNetwork: true, hostPID: true, hostIPC: true } }),
        says: "it asks for hostNetwork, it asks for hostPID, it asks for hostIPC",
      },
      {
        what: "a tenant that may run as root",
        object: pod(shared("hostPID")),
        namespace: MAY_BE_ROOT,
        says: "it asks for hostPID",
      },
    ],
  },
});
