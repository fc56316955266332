/** A port of the node is reached past every NetworkPolicy and taken from whoever needs it there (R20, R30). */

import { pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { MAY_BE_ROOT } from "./allow-root";

function port(fields: object) {
  return { ports: [{ containerPort: 8080, ...fields }] };
}

const says = "container app takes port 80 of its node";

export const hostPorts = podRule({
  name: "host-ports",
  requirements: ["R20", "R30"],
  variables: {
    // In the node's network each port is the node's; the API server writes that down, for pods alone.
    ports: `variables.containers.map(container, {
      "of": string(container.name),
      "taken": container.?ports.orValue([])
        .map(port, port.?hostPort.orValue(0) != 0 ? port.hostPort :
          variables.pod.?hostNetwork.orValue(false) ? port.containerPort : 0)
        .filter(port, port != 0).map(port, "port " + string(int(port))).join(" and ")
    })`,
  },
  offences: `variables.ports.filter(container, container.taken != "")
    .map(container, "container " + container.of + " takes " + container.taken + " of its node")`,
  why: "A port of the node is open past network policies, and no other pod there can have it",
  cure: "Leave out hostPort, and let a Service or a route lead to containerPort",
  examples: {
    passes: [
      { what: "a port of the pod's own", object: pod({ container: port({}) }) },
      {
        what: "no port of the node, spelt out",
        object: workload("Deployment", { container: port({ hostPort: 0 }) }),
      },
    ],
    fails: [
      { what: "a port of the node (A063)", object: pod({ container: port({ hostPort: 80 }) }), says },
      {
        what: "the same in a template",
        object: workload("DaemonSet", { container: port({ hostPort: 80 }) }),
        says,
      },
      {
        what: "two ports, with another protocol on an address of the node's own",
        object: pod({
          container: {
            ports: [
              { containerPort: 53, hostPort: 53, protocol: "UDP", hostIP: "127.0.0.1" },
              { containerPort: 8080, hostPort: 8080 },
            ],
          },
        }),
        says: "container app takes port 53 and port 8080 of its node",
      },
      {
        what: "the container that runs first",
        object: workload("Job", { initContainer: port({ hostPort: 8443 }) }),
        says: "container first takes port 8443 of its node",
      },
      {
        what: "any port in the node's network",
        object: pod({ spec: { hostNetwork: true }, container: port({}) }),
        says: "container app takes port 8080 of its node",
      },
      {
        what: "a tenant that may run as root",
        object: pod({ container: port({ hostPort: 80 }) }),
        namespace: MAY_BE_ROOT,
        says,
      },
    ],
  },
});
