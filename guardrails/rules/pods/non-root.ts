/**
 * Root in a container is root on the node as soon as one bug lets it out (R20). Where the pod has users of its own
 * (`hostUsers: false`) root in it is nobody on the node, and Pod Security lets it pass since 1.35; so does this rule.
 */

import { everyWorkload, pod, workload } from "../../examples";
import { containersThat, podRule } from "../../pods";
import { ALLOWS_ROOT, MAY_BE_ROOT, OWN_USERS } from "./allow-root";
import { podSecurity, security } from "./objects";

const silent = podSecurity({ runAsNonRoot: undefined });
const asRoot = security({ runAsUser: 0 });
const says = "container app may run as root";

export const nonRoot = podRule({
  name: "non-root",
  requirements: ["R18", "R20"],
  when: `!(${ALLOWS_ROOT}) && !(${OWN_USERS})`,
  variables: {
    nonRoot: "variables.pod.?securityContext.?runAsNonRoot.orValue(false)",
  },
  offences: `(variables.pod.?securityContext.?runAsUser.orValue(1) == 0 ? ["it runs as user 0"] : []) +
    (variables.pod.?securityContext.?runAsNonRoot.orValue(true) ? [] : ["it sets runAsNonRoot to false"]) +
    ${containersThat("container.?securityContext.?runAsUser.orValue(1) == 0", "runs as user 0")} +
    ${containersThat("!container.?securityContext.?runAsNonRoot.orValue(variables.nonRoot)", "may run as root")}`,
  why: "Root that gets out of its container is root on the node, beside pods of other tenants",
  cure: "Set securityContext.runAsNonRoot: true, with an image or a runAsUser that is not 0",
  examples: {
    passes: [
      { what: "the pod says it for all its containers", object: pod({ initContainer: {} }) },
      {
        what: "each container says it",
        object: workload("Deployment", { ...silent, ...security({ runAsNonRoot: true, runAsUser: 1000 }) }),
      },
      {
        what: "a container that says otherwise than nothing",
        object: pod(podSecurity({ runAsUser: 65_534 })),
      },
      {
        what: "a tenant that may run as root",
        object: pod({ ...silent, ...asRoot }),
        namespace: MAY_BE_ROOT,
      },
      {
        what: "root of users of the pod's own",
        object: pod(podSecurity({ runAsNonRoot: undefined, runAsUser: 0 }, { spec: { hostUsers: false } })),
      },
    ],
    fails: [
      ...everyWorkload(silent).map(({ what, object }) => ({
        what: `${what} that says nothing of it (A065)`,
        object,
        says,
      })),
      {
        what: "user 0 (A065)",
        object: pod({ ...silent, ...asRoot }),
        says: `container app runs as user 0, ${says}`,
      },
      {
        what: "user 0 for all containers, each of which says that it is not root",
        object: workload("StatefulSet", podSecurity({ runAsUser: 0 })),
        says: "it runs as user 0",
      },
      {
        what: "a container that takes back what the pod says",
        object: workload("CronJob", security({ runAsNonRoot: false })),
        says,
      },
      {
        what: "a pod that says no, though its container says yes",
        object: pod(podSecurity({ runAsNonRoot: false }, security({ runAsNonRoot: true }))),
        says: "it sets runAsNonRoot to false",
      },
      {
        what: "the container that runs first",
        object: pod({ initContainer: { securityContext: { runAsUser: 0 } } }),
        says: "container first runs as user 0",
      },
      {
        what: "an ephemeral container",
        before: pod(),
        object: pod({ ephemeralContainer: { securityContext: { runAsUser: 0, runAsNonRoot: false } } }),
        subresource: "ephemeralcontainers",
        says: "container debug runs as user 0, container debug may run as root",
      },
      {
        what: "the node's users, spelt out",
        object: pod(podSecurity({ runAsUser: 0 }, { spec: { hostUsers: true } })),
        says: "it runs as user 0",
      },
    ],
  },
});
