/** A directory of the node holds what every tenant's pods on it left there, and the node's own keys (R20). */

import { everyWorkload, pod } from "../../examples";
import { podRule } from "../../pods";
import { MAY_BE_ROOT } from "./allow-root";
import { volume } from "./objects";

const root = volume({ hostPath: { path: "/" } });

export const hostPath = podRule({
  name: "host-path",
  requirements: ["R20"],
  offences: `variables.pod.?volumes.orValue([]).filter(volume, has(volume.hostPath))
    .map(volume, "volume " + volume.name + " is " + string(volume.hostPath.?path.orValue("")) + " of the node")`,
  why: "The directories of a node hold its own keys and what pods of other tenants keep there",
  cure: "Use a PersistentVolumeClaim, or emptyDir for what need not last",
  examples: {
    passes: [
      { what: "a directory of the pod's own", object: pod(volume({ emptyDir: {} })) },
      {
        what: "a claim",
        object: pod(volume({ persistentVolumeClaim: { claimName: "data" } })),
      },
    ],
    fails: [
      ...everyWorkload(root).map(({ what, object }) => ({
        what: `${what} (A064)`,
        object,
        says: "volume data is / of the node",
      })),
      {
        what: "one volume of two, to be read alone",
        object: pod({
          spec: {
            volumes: [
              { name: "scratch", emptyDir: {} },
              { name: "run", hostPath: { path: "/run/containerd/containerd.sock", type: "Socket" } },
            ],
          },
        }),
        says: "volume run is /run/containerd/containerd.sock of the node",
      },
      {
        what: "a tenant that may run as root",
        object: pod(root),
        namespace: MAY_BE_ROOT,
        says: "volume data is / of the node",
      },
    ],
  },
});
