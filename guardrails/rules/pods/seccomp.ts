/**
 * A tenant's pod calls the kernel that all pods of its node share, through a filter (R31). Also where the tenant may run
 * as root, and Pod Security `baseline` asks for none: the requirement is for every tenant's pods.
 */

import { everyWorkload, pod, workload } from "../../examples";
import { containersThat, podRule } from "../../pods";
import { text } from "../../rule";
import { MAY_BE_ROOT } from "./allow-root";
import { podSecurity, security } from "./objects";

const FILTERS = ["RuntimeDefault", "Localhost"];

const own = `container.?securityContext.?seccompProfile.?type.orValue("")`;

const silent = podSecurity({ seccompProfile: undefined });
const unconfined = { seccompProfile: { type: "Unconfined" } };
const says = "container app has no seccomp profile";

export const seccomp = podRule({
  name: "seccomp",
  requirements: ["R18", "R31"],
  // Windows knows no such filter; a rule of its own refuses it.
  when: `variables.pod.?os.?name.orValue("") != "windows"`,
  variables: {
    filters: text(FILTERS),
    profile: `string(variables.pod.?securityContext.?seccompProfile.?type.orValue(""))`,
  },
  offences: `(variables.profile in variables.filters + [""] ? [] : ["its seccomp profile is " + variables.profile]) +
    variables.containers.filter(container, ${own} != "" && !(${own} in variables.filters))
      .map(container, "container " + container.name + " has seccomp profile " + ${own}) +
    ${containersThat(`${own} == "" && variables.profile == ""`, "has no seccomp profile")}`,
  why: "Without a filter a container reaches every call of the kernel that tenants on its node share",
  cure: "Set securityContext.seccompProfile.type: RuntimeDefault for the pod",
  examples: {
    passes: [
      { what: "the pod says it for all its containers", object: pod({ initContainer: {} }) },
      {
        what: "each container says it",
        object: workload("Deployment", {
          ...silent,
          ...security({ seccompProfile: { type: "RuntimeDefault" } }),
        }),
      },
      {
        what: "a profile of the node",
        object: pod(
          podSecurity({ seccompProfile: { type: "Localhost", localhostProfile: "profiles/app.json" } }),
        ),
      },
    ],
    fails: [
      ...everyWorkload(silent).map(({ what, object }) => ({
        what: `${what} that says nothing of it`,
        object,
        says,
      })),
      {
        what: "none (A066)",
        object: pod(podSecurity(unconfined)),
        says: "its seccomp profile is Unconfined",
      },
      {
        what: "a container that takes back what the pod says",
        object: workload("Job", security(unconfined)),
        says: "container app has seccomp profile Unconfined",
      },
      {
        what: "one container of two that says it",
        object: pod({
          ...silent,
          initContainer: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
        }),
        says,
      },
      {
        what: "an ephemeral container",
        before: pod(),
        object: pod({ ephemeralContainer: { securityContext: unconfined } }),
        subresource: "ephemeralcontainers",
        says: "container debug has seccomp profile Unconfined",
      },
      { what: "a tenant that may run as root", object: pod(silent), namespace: MAY_BE_ROOT, says },
    ],
  },
});
