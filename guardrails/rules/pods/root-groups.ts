/**
 * Group 0 reads and writes what the node's files leave to root's group; a process that is in it is half root (R20). Pod
 * Security does not look at groups.
 */

import { pod, workload } from "../../examples";
import { containersThat, podRule } from "../../pods";
import { ALLOWS_ROOT, MAY_BE_ROOT, OWN_USERS } from "./allow-root";
import { podSecurity, security } from "./objects";

/** CEL: the fields of the pod's security context that hold one group. */
const SINGLE = ["fsGroup", "runAsGroup"];

export const rootGroups = podRule({
  name: "root-groups",
  requirements: ["R20", "R30"],
  when: `!(${ALLOWS_ROOT}) && !(${OWN_USERS})`,
  offences: [
    ...SINGLE.map(
      (field) => `(variables.pod.?securityContext.?${field}.orValue(1) == 0 ? ["its ${field} is 0"] : [])`,
    ),
    `(variables.pod.?securityContext.?supplementalGroups.orValue([]).exists(group, group == 0)
      ? ["its supplementalGroups hold 0"] : [])`,
    containersThat("container.?securityContext.?runAsGroup.orValue(1) == 0", "runs as group 0"),
  ].join(" + "),
  why: "Files of the node are open to the group of root",
  cure: "Use a group other than 0",
  examples: {
    passes: [
      {
        what: "other groups",
        object: pod(podSecurity({ fsGroup: 2000, runAsGroup: 3000, supplementalGroups: [4000, 10] })),
      },
      { what: "no further groups", object: workload("Deployment", podSecurity({ supplementalGroups: [] })) },
      {
        what: "a tenant that may run as root",
        object: pod(podSecurity({ fsGroup: 0, supplementalGroups: [0] })),
        namespace: MAY_BE_ROOT,
      },
      {
        what: "groups of the pod's own users",
        object: pod(podSecurity({ fsGroup: 0 }, { spec: { hostUsers: false } })),
      },
    ],
    fails: [
      {
        what: "further groups and that of files (A076)",
        object: pod(podSecurity({ supplementalGroups: [4000, 0], fsGroup: 0 })),
        says: "its fsGroup is 0, its supplementalGroups hold 0",
      },
      {
        what: "the first group of all containers",
        object: workload("Deployment", podSecurity({ runAsGroup: 0, runAsUser: 1000 })),
        says: "its runAsGroup is 0",
      },
      {
        what: "the first group of one container",
        object: workload("CronJob", security({ runAsGroup: 0, runAsUser: 1000 })),
        says: "container app runs as group 0",
      },
      {
        what: "an ephemeral container",
        before: pod(),
        object: pod({ ephemeralContainer: { securityContext: { runAsGroup: 0, runAsUser: 1000 } } }),
        subresource: "ephemeralcontainers",
        says: "container debug runs as group 0",
      },
    ],
  },
});
