/** Another scheduler need not keep to taints and selectors (R41), and one that does not exist keeps a pod waiting for ever. */

import { everyWorkload, pod, workload } from "../../examples";
import { podRule } from "../../pods";

const DEFAULT = "default-scheduler";

const evil = { spec: { schedulerName: "evil" } };
const says = "its scheduler is evil";

export const schedulerName = podRule({
  name: "scheduler-name",
  requirements: ["R41"],
  variables: { scheduler: `string(variables.pod.?schedulerName.orValue(""))` },
  offences: `variables.scheduler in ["", "${DEFAULT}"] ? [] : ["its scheduler is " + variables.scheduler]`,
  why: "Another scheduler may send pods to nodes that are not their tenant's",
  cure: "Leave out schedulerName",
  examples: {
    passes: [
      { what: "no scheduler", object: pod() },
      { what: "the usual one by name", object: workload("Deployment", { spec: { schedulerName: DEFAULT } }) },
    ],
    fails: [
      ...everyWorkload(evil).map(({ what, object }) => ({ what: `${what} (A087)`, object, says })),
      {
        what: "a template that is changed",
        before: workload("StatefulSet"),
        object: workload("StatefulSet", evil),
        says,
      },
    ],
  },
});
