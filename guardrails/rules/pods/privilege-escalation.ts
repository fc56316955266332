/** A program that gains rights while it runs makes what its container was started with worthless (R18). */

import * as labels from "../../../model/labels";
import { everyWorkload, pod, workload } from "../../examples";
import { containersThat, podRule } from "../../pods";
import { ALLOWS_ROOT, MAY_BE_ROOT } from "./allow-root";
import { security } from "./objects";

const says = "container app may gain privileges";
const silent = security({ allowPrivilegeEscalation: undefined });
const gaining = { securityContext: { allowPrivilegeEscalation: true } };

export const privilegeEscalation = podRule({
  name: "privilege-escalation",
  requirements: ["R18", "R30"],
  when: `!(${ALLOWS_ROOT})`,
  // Kubernetes lets a container that says nothing gain them.
  offences: containersThat(
    "container.?securityContext.?allowPrivilegeEscalation.orValue(true)",
    "may gain privileges",
  ),
  why: "A program that gains privileges, such as by sudo, has more than its container was given",
  cure: "Set securityContext.allowPrivilegeEscalation: false in every container",
  examples: {
    passes: [
      { what: "containers that say no", object: pod({ initContainer: {} }) },
      { what: "a tenant that may run as root", object: pod(silent), namespace: MAY_BE_ROOT },
    ],
    fails: [
      ...everyWorkload({ container: gaining }).map(({ what, object }) => ({
        what: `${what} (A060)`,
        object,
        says,
      })),
      { what: "a container that says nothing of it", object: pod(silent), says },
      {
        what: "the container that runs first",
        object: pod({ initContainer: gaining }),
        says: "container first may gain privileges",
      },
      {
        what: "an ephemeral container",
        before: pod(),
        object: pod({ ephemeralContainer: gaining }),
        subresource: "ephemeralcontainers",
        says: "container debug may gain privileges",
      },
      {
        what: "a template that is changed",
        before: workload("Deployment"),
        object: workload("Deployment", silent),
        says,
      },
      {
        what: "a label that does not say true",
        object: pod(silent),
        namespace: { labels: { [labels.ALLOW_ROOT]: "yes" } },
        says,
      },
    ],
  },
});
