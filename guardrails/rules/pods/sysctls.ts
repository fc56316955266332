/** A setting of the kernel that is not the pod's alone is one for all tenants on its node (R18, R30). */

import { pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { text } from "../../rule";
import { MAY_BE_ROOT } from "./allow-root";
import { podSecurity } from "./objects";

/** Those that Pod Security 1.32 and later counts as the pod's alone. */
const SAFE = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

function setting(...names: readonly string[]) {
  return podSecurity({ sysctls: names.map((name) => ({ name, value: "1" })) });
}

export const sysctls = podRule({
  name: "sysctls",
  requirements: ["R18", "R30"],
  offences: `variables.pod.?securityContext.?sysctls.orValue([]).filter(one, !(one.name in ${text(SAFE)}))
    .map(one, "it sets " + one.name)`,
  why: "This setting of the kernel is that of every pod on the node, or opens the kernel to attack",
  cure: `Leave it out; safe are ${SAFE.join(", ")}`,
  examples: {
    passes: [
      { what: "those that are safe", object: pod(setting(...SAFE)) },
      { what: "none", object: workload("Deployment", setting()) },
    ],
    fails: [
      {
        what: "the size of messages (A067)",
        object: pod(setting("kernel.msgmax")),
        says: "it sets kernel.msgmax",
      },
      {
        what: "two of three, in a template",
        object: workload("Deployment", setting("net.core.somaxconn", SAFE[0] ?? "", "kernel.shmmax")),
        says: "it sets net.core.somaxconn, it sets kernel.shmmax",
      },
      {
        what: "a name that begins like a safe one",
        object: workload("Job", setting("net.ipv4.tcp_rmem_max")),
        says: "it sets net.ipv4.tcp_rmem_max",
      },
      {
        what: "a tenant that may run as root",
        object: pod(setting("kernel.msgmax")),
        namespace: MAY_BE_ROOT,
        says: "it sets kernel.msgmax",
      },
    ],
  },
});
