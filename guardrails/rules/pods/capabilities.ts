/** Capabilities are root's rights one by one; a container has those that it cannot hurt others with (R18, R30). */

import { pod, workload } from "../../examples";
import { containersThat, podRule } from "../../pods";
import { text } from "../../rule";
import { ALLOWS_ROOT, MAY_BE_ROOT } from "./allow-root";
import { security } from "./objects";

/** What Pod Security `restricted` lets containers add. */
const HARMLESS = ["NET_BIND_SERVICE"];
/** What runtimes give to containers that say nothing; Pod Security `baseline` lets them add it. */
const USUAL = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

const DROPPED = `container.?securityContext.?capabilities.?drop.orValue([])`;
/** CEL: what the container adds and may not. */
const EXCESS = `container.?securityContext.?capabilities.?add.orValue([]).filter(one, !(one in variables.addable))`;

const dropNothing = security({ capabilities: undefined });

function adding(...add: readonly string[]) {
  return security({ capabilities: { drop: ["ALL"], add } });
}

export const capabilities = podRule({
  name: "capabilities",
  requirements: ["R18", "R30"],
  variables: {
    addable: `${ALLOWS_ROOT} ? ${text(USUAL)} : ${text(HARMLESS)}`,
  },
  offences: `(${ALLOWS_ROOT} ? [] : ${containersThat(`!("ALL" in ${DROPPED})`, "does not drop ALL")}) +
    variables.containers.filter(container, ${EXCESS}.size() > 0)
      .map(container, "container " + container.name + " adds " + ${EXCESS}.join(" and "))`,
  why: "A capability is one of the rights of root, and some reach the node and its network",
  cure: `Set securityContext.capabilities.drop to [ALL] and add nothing but ${HARMLESS.join()}`,
  examples: {
    passes: [
      { what: "all are dropped", object: pod() },
      { what: "the one to listen on low ports", object: workload("Deployment", adding("NET_BIND_SERVICE")) },
      {
        what: "all and one more are dropped",
        object: pod(security({ capabilities: { drop: ["NET_RAW", "ALL"] } })),
      },
      {
        what: "a tenant that may run as root drops none",
        object: pod(dropNothing),
        namespace: MAY_BE_ROOT,
      },
      {
        what: "a tenant that may run as root adds the usual ones",
        object: pod(adding(...USUAL)),
        namespace: MAY_BE_ROOT,
      },
    ],
    fails: [
      {
        what: "a container that says nothing",
        object: pod(dropNothing),
        says: "container app does not drop ALL",
      },
      {
        what: "a container that drops some",
        object: workload("Deployment", security({ capabilities: { drop: ["NET_RAW", "all"] } })),
        says: "container app does not drop ALL",
      },
      {
        what: "a right over other users (A061)",
        object: pod(adding("SETPCAP")),
        says: "container app adds SETPCAP",
      },
      {
        what: "rights over the node and its network, in a template",
        object: workload("CronJob", adding("SYS_ADMIN", "NET_BIND_SERVICE", "NET_RAW")),
        says: "container app adds SYS_ADMIN and NET_RAW",
      },
      {
        what: "the harmless one by another name",
        object: workload("Job", adding("CAP_NET_BIND_SERVICE")),
        says: "container app adds CAP_NET_BIND_SERVICE",
      },
      {
        what: "all, in the container that runs first",
        object: pod({ initContainer: { securityContext: { capabilities: { add: ["ALL"] } } } }),
        says: "container first does not drop ALL, container first adds ALL",
      },
      {
        what: "an ephemeral container that traces others",
        before: pod(),
        object: pod({
          ephemeralContainer: { securityContext: { capabilities: { drop: ["ALL"], add: ["SYS_PTRACE"] } } },
        }),
        subresource: "ephemeralcontainers",
        says: "container debug adds SYS_PTRACE",
      },
      {
        what: "more than the usual, for a tenant that may run as root",
        object: pod(adding("CHOWN", "NET_RAW")),
        namespace: MAY_BE_ROOT,
        says: "container app adds NET_RAW",
      },
    ],
  },
});
