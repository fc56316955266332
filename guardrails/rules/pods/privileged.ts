/** A privileged container is root on its node, and a node holds pods of other tenants (R20). */

import { everyWorkload, meta, pod } from "../../examples";
import { containersThat, podRule } from "../../pods";
import { MAY_BE_ROOT } from "./allow-root";

/** The API server takes no container that is privileged and may not gain privileges. */
const privileged = { securityContext: { privileged: true, allowPrivilegeEscalation: undefined } };

export const privilegedContainers = podRule({
  name: "privileged",
  requirements: ["R20"],
  offences: containersThat("container.?securityContext.?privileged.orValue(false)", "is privileged"),
  why: "A privileged container is root on its node, beside pods of other tenants",
  cure: "Leave out securityContext.privileged",
  examples: {
    passes: [
      { what: "a pod that says nothing of it", object: pod() },
      {
        what: "a container that says no",
        object: pod({ container: { securityContext: { privileged: false } } }),
      },
      {
        what: "a pod from before the rule, whose annotations change",
        before: pod({ container: privileged }),
        object: {
          ...pod({ container: privileged }),
          metadata: meta("web", { annotations: { "example.com/seen": "true" } }),
        },
      },
    ],
    fails: [
      ...everyWorkload({ container: privileged }).map(({ what, object }) => ({
        what,
        object,
        // Where no other rule is against it.
        namespace: MAY_BE_ROOT,
        says: "container app is privileged",
      })),
      {
        what: "one container of two, and the one that comes first",
        object: pod({ initContainer: privileged, container: privileged }),
        says: "container app is privileged, container first is privileged",
      },
      {
        what: "an ephemeral container",
        before: pod(),
        object: pod({ ephemeralContainer: privileged }),
        subresource: "ephemeralcontainers",
        says: "container debug is privileged",
      },
      {
        what: "a tenant that may not run as root",
        object: pod({ container: privileged }),
        says: "container app is privileged",
      },
    ],
  },
});
