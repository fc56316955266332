/** By its SELinux type, user and role a container says whether the node's files are closed to it (R18, R30). */

import { pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { text } from "../../rule";
import { MAY_BE_ROOT } from "./allow-root";
import { podSecurity, security } from "./objects";

/** Types for containers, none of which is free on the node; nothing is one of them as well. */
const TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/** CEL: what is wrong with SELinux options, each for a person. */
function wrongIn(options: string): string {
  return `(
    (${options}.?type.orValue("") in variables.types ? [] : ["type " + ${options}.type]) +
    (${options}.?user.orValue("") == "" ? [] : ["user " + ${options}.user]) +
    (${options}.?role.orValue("") == "" ? [] : ["role " + ${options}.role])
  )`;
}

const IN_CONTAINER = wrongIn("container.?securityContext.?seLinuxOptions.orValue({})");

function options(seLinuxOptions: object) {
  return { seLinuxOptions };
}

export const seLinux = podRule({
  name: "se-linux",
  requirements: ["R18", "R30"],
  variables: {
    types: text(TYPES),
    ofPod: wrongIn("variables.pod.?securityContext.?seLinuxOptions.orValue({})"),
  },
  offences: `variables.ofPod.map(one, "it sets the SELinux " + one) +
    variables.containers.filter(container, ${IN_CONTAINER}.size() > 0)
      .map(container, "container " + container.name + " sets the SELinux " + ${IN_CONTAINER}.join(" and "))`,
  why: "Another type, user or role of SELinux opens the node's files to a container",
  cure: "Leave out seLinuxOptions, or set nothing but its level",
  examples: {
    passes: [
      { what: "a level alone", object: pod(podSecurity(options({ level: "s0:c123,c456" }))) },
      {
        what: "a type for containers",
        object: workload("Deployment", security(options({ type: "container_init_t" }))),
      },
      { what: "fields that are empty", object: pod(security(options({ type: "", user: "", role: "" }))) },
    ],
    fails: [
      {
        what: "a type that is free on the node (A066)",
        object: pod(security(options({ type: "spc_t" }))),
        says: "container app sets the SELinux type spc_t",
      },
      {
        what: "a type whose name begins like one for containers",
        object: workload("DaemonSet", podSecurity(options({ type: "container_t_other" }))),
        says: "it sets the SELinux type container_t_other",
      },
      {
        what: "user and role of the pod",
        object: workload("Job", podSecurity(options({ user: "system_u", role: "system_r" }))),
        says: "it sets the SELinux user system_u, it sets the SELinux role system_r",
      },
      {
        what: "an ephemeral container",
        before: pod(),
        object: pod({ ephemeralContainer: { securityContext: options({ user: "root", role: "sysadm_r" }) } }),
        subresource: "ephemeralcontainers",
        says: "container debug sets the SELinux user root and role sysadm_r",
      },
      {
        what: "a tenant that may run as root",
        object: pod(security(options({ type: "spc_t" }))),
        namespace: MAY_BE_ROOT,
        says: "container app sets the SELinux type spc_t",
      },
    ],
  },
});
