/** A pod that names its node passes the scheduler by, and with it every taint that keeps tenants apart (R41). */

import { everyWorkload, pod, workload } from "../../examples";
import { podRule } from "../../pods";

const named = { spec: { nodeName: "node-1" } };
const says = "it names node node-1";

export const nodeName = podRule({
  name: "node-name",
  requirements: ["R41"],
  // A pod that runs bears the name of its node.
  when: `request.operation == "CREATE" || object.kind != "Pod"`,
  offences: `variables.pod.?nodeName.orValue("") == "" ? [] : ["it names node " + string(variables.pod.nodeName)]`,
  why: "A pod that names its node passes the scheduler by, and the taints that keep tenants apart",
  cure: "Leave out nodeName",
  examples: {
    passes: [
      { what: "a pod for the scheduler", object: pod() },
      {
        what: "a container to debug with, in a pod that runs",
        before: pod(),
        object: pod({ ephemeralContainer: {} }),
        subresource: "ephemeralcontainers",
      },
    ],
    fails: [
      ...everyWorkload(named).map(({ what, object }) => ({ what: `${what} (A083)`, object, says })),
      {
        what: "a template that is changed",
        before: workload("Deployment"),
        object: workload("Deployment", named),
        says,
      },
    ],
  },
});
