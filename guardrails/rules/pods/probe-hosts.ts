/**
 * Probes and handlers are asked by the node itself: with a host they reach what the pod's own network policies close, such
 * as the credentials that a cloud hands to its nodes (R30). Pod Security looks at this since 1.34.
 */

import { pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { MAY_BE_ROOT } from "./allow-root";

const HANDLERS = [
  ["livenessProbe", "livenessProbe"],
  ["readinessProbe", "readinessProbe"],
  ["startupProbe", "startupProbe"],
  ["postStart", "lifecycle.?postStart"],
  ["preStop", "lifecycle.?preStop"],
] as const;

/** CEL: the other host that a handler of the container asks, or nothing. */
function host(path: string): string {
  return `(container.?${path}.?httpGet.?host.orValue("") + container.?${path}.?tcpSocket.?host.orValue(""))`;
}

const METADATA = "169.254.169.254";
const get = (more: object = {}) => ({ httpGet: { path: "/", port: 80, ...more } });
const connect = (more: object = {}) => ({ tcpSocket: { port: 80, ...more } });
const elsewhere = { host: METADATA };

export const probeHosts = podRule({
  name: "probe-hosts",
  requirements: ["R18", "R30"],
  offences: HANDLERS.map(
    ([name, path]) => `variables.containers.filter(container, ${host(path)} != "")
      .map(container, "container " + container.name + " sends ${name} to " + ${host(path)})`,
  ).join(" + "),
  why: "The node itself asks there, past the tenant's network policies",
  cure: "Leave out host, so that the pod is asked",
  examples: {
    passes: [
      {
        what: "the pod itself",
        object: pod({
          container: {
            livenessProbe: get(),
            readinessProbe: connect(),
            startupProbe: get({ host: "" }),
            lifecycle: { preStop: get() },
          },
        }),
      },
      {
        what: "a name that the pod itself is asked by",
        object: workload("Deployment", {
          container: {
            readinessProbe: get({ httpHeaders: [{ name: "Host", value: "shop.example.com" }] }),
          },
        }),
      },
      {
        what: "a command and gRPC",
        object: pod({
          container: {
            livenessProbe: { exec: { command: ["true"] } },
            readinessProbe: { grpc: { port: 9000 } },
          },
        }),
      },
    ],
    fails: [
      {
        what: "the credentials of the node (A071)",
        object: pod({ container: { livenessProbe: get(elsewhere) } }),
        says: `container app sends livenessProbe to ${METADATA}`,
      },
      {
        what: "a connection, in a template",
        object: workload("Deployment", { container: { readinessProbe: connect({ host: "10.0.0.1" }) } }),
        says: "container app sends readinessProbe to 10.0.0.1",
      },
      {
        what: "the node itself",
        object: workload("DaemonSet", {
          container: { startupProbe: get({ host: "localhost", port: 10255 }) },
        }),
        says: "container app sends startupProbe to localhost",
      },
      {
        what: "handlers",
        object: workload("StatefulSet", {
          container: { lifecycle: { postStart: get(elsewhere), preStop: connect(elsewhere) } },
        }),
        says: `container app sends postStart to ${METADATA}, container app sends preStop to ${METADATA}`,
      },
      {
        what: "a container that runs beside the others",
        object: pod({ initContainer: { restartPolicy: "Always", startupProbe: connect(elsewhere) } }),
        says: `container first sends startupProbe to ${METADATA}`,
      },
      {
        what: "a tenant that may run as root",
        object: pod({ container: { livenessProbe: get(elsewhere) } }),
        namespace: MAY_BE_ROOT,
        says: `container app sends livenessProbe to ${METADATA}`,
      },
    ],
  },
});
