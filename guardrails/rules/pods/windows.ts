/**
 * Nodes run Linux. A pod that calls itself one of Windows is spared by Pod Security what it cannot have there, seccomp and
 * capabilities among it, and one that asks for hostProcess is a program of its node (R20, R30).
 */

import { everyWorkload, pod, workload } from "../../examples";
import { containersThat, podRule } from "../../pods";
import { MAY_BE_ROOT } from "./allow-root";
import { podSecurity, security } from "./objects";

/** As the API server takes it: without what Windows does not have. */
const windows = {
  spec: { os: { name: "windows" }, securityContext: { runAsNonRoot: true } },
  container: { securityContext: { allowPrivilegeEscalation: undefined, capabilities: undefined } },
};
const hostProcess = { windowsOptions: { hostProcess: true } };
/** The API server asks this of every pod that is a program of its node. */
const hostNetwork = { spec: { hostNetwork: true } };

export const windowsPods = podRule({
  name: "windows",
  requirements: ["R20", "R30"],
  offences: `(variables.pod.?os.?name.orValue("") == "windows" ? ["it is for Windows"] : []) +
    (variables.pod.?securityContext.?windowsOptions.?hostProcess.orValue(false)
      ? ["it asks for hostProcess"] : []) +
    ${containersThat("container.?securityContext.?windowsOptions.?hostProcess.orValue(false)", "asks for hostProcess")}`,
  why: "Nodes run Linux, and what is asked of other pods is not asked of one for Windows",
  cure: "Leave out os and windowsOptions",
  examples: {
    passes: [
      { what: "a pod for Linux", object: pod({ spec: { os: { name: "linux" } } }) },
      {
        what: "no program of the node",
        object: workload("Deployment", security({ windowsOptions: { hostProcess: false } })),
      },
    ],
    fails: [
      ...everyWorkload(windows).map(({ what, object }) => ({
        what: `${what} for Windows (A072)`,
        object,
        namespace: MAY_BE_ROOT,
        says: "it is for Windows",
      })),
      {
        what: "a pod for Windows of a tenant that may not run as root",
        object: pod(windows),
        says: "it is for Windows",
      },
      {
        what: "a program of the node (A069)",
        object: pod(podSecurity(hostProcess, hostNetwork)),
        says: "it asks for hostProcess",
      },
      {
        what: "a container that is a program of the node",
        object: workload("DaemonSet", { ...hostNetwork, ...security(hostProcess) }),
        says: "container app asks for hostProcess",
      },
    ],
  },
});
