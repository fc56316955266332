/** The whole of /proc lets root change the node's kernel (R18, R30). */

import { pod, workload } from "../../examples";
import { containersThat, podRule } from "../../pods";
import { ALLOWS_ROOT, MAY_BE_ROOT, OWN_USERS } from "./allow-root";

const unmasked = { securityContext: { procMount: "Unmasked" } };
/** The API server asks this of every pod that wants the whole of it. */
const ownUsers = { spec: { hostUsers: false } };
const says = "container app sets procMount to Unmasked";

export const procMount = podRule({
  name: "proc-mount",
  requirements: ["R18", "R30"],
  when: `!(${ALLOWS_ROOT} && ${OWN_USERS})`,
  offences: containersThat(
    `container.?securityContext.?procMount.orValue("Default") != "Default"`,
    `sets procMount to " + container.securityContext.procMount + "`,
  ),
  why: "The whole of /proc shows and changes what belongs to the node",
  cure: "Leave out securityContext.procMount",
  examples: {
    passes: [
      {
        what: "the usual, spelt out",
        object: pod({ container: { securityContext: { procMount: "Default" } } }),
      },
      {
        what: "a tenant that may run as root, with users of the pod's own",
        object: pod({ ...ownUsers, container: unmasked }),
        namespace: MAY_BE_ROOT,
      },
    ],
    fails: [
      { what: "all of it (A068)", object: pod({ ...ownUsers, container: unmasked }), says },
      {
        what: "all of it in a template",
        object: workload("Deployment", { ...ownUsers, container: unmasked }),
        says,
      },
      {
        what: "the container that runs first",
        object: workload("CronJob", { ...ownUsers, initContainer: unmasked }),
        says: "container first sets procMount to Unmasked",
      },
      {
        what: "an ephemeral container",
        before: pod(ownUsers),
        object: pod({ ...ownUsers, ephemeralContainer: unmasked }),
        subresource: "ephemeralcontainers",
        says: "container debug sets procMount to Unmasked",
      },
    ],
  },
});
