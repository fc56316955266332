/** A pod that may take years to end keeps its node from being upgraded and its tenant from being removed (R38). */

import { pod, workload } from "../../examples";
import { podRule } from "../../pods";

const LONGEST = 3600;

const forTenYears = { terminationGracePeriodSeconds: 315_360_000 };
const says = "terminationGracePeriodSeconds is 315360000";

export const gracePeriod = podRule({
  name: "grace-period",
  requirements: ["R38"],
  variables: { grace: "variables.pod.?terminationGracePeriodSeconds.orValue(30)" },
  offences: `variables.grace > ${LONGEST} ? ["terminationGracePeriodSeconds is " + string(int(variables.grace))] : []`,
  why: "A pod that takes longer than an hour to end holds up the upgrade of its node",
  cure: `Set terminationGracePeriodSeconds to ${LONGEST} or less`,
  examples: {
    passes: [
      { what: "an hour", object: pod({ spec: { terminationGracePeriodSeconds: LONGEST } }) },
      { what: "none", object: workload("Deployment", { spec: { terminationGracePeriodSeconds: 0 } }) },
    ],
    fails: [
      { what: "a Pod with ten years (A079)", object: pod({ spec: forTenYears }), says },
      { what: "a template with ten years", object: workload("StatefulSet", { spec: forTenYears }), says },
      {
        what: "a second too many",
        object: pod({ spec: { terminationGracePeriodSeconds: LONGEST + 1 } }),
        says: "terminationGracePeriodSeconds is 3601",
      },
      {
        what: "a template that is changed",
        before: workload("Deployment"),
        object: workload("Deployment", { spec: forTenYears }),
        says,
      },
    ],
  },
});
