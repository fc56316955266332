/**
 * What a pod may ask of its node and of the kernel (R18-R20, R31). Alone the rules hold what Pod Security holds at the
 * version that the platform pins (R30): `restricted`, and `baseline` for tenants that may run as root.
 *
 * Nothing is said against `shareProcessNamespace`, which is among containers of one pod, `hostAliases`, which only the pod
 * itself reads, and a root filesystem that can be written to, which is the container's own.
 */

import type { Rule } from "../rule";
import { appArmor } from "./pods/app-armor";
import { capabilities } from "./pods/capabilities";
import { csiVolumes } from "./pods/csi-volumes";
import { hostNamespaces } from "./pods/host-namespaces";
import { hostPath } from "./pods/host-path";
import { hostPorts } from "./pods/host-ports";
import { inlineVolumes } from "./pods/inline-volumes";
import { nonRoot } from "./pods/non-root";
import { privilegeEscalation } from "./pods/privilege-escalation";
import { privilegedContainers } from "./pods/privileged";
import { probeHosts } from "./pods/probe-hosts";
import { procMount } from "./pods/proc-mount";
import { rootGroups } from "./pods/root-groups";
import { seLinux } from "./pods/se-linux";
import { seccomp } from "./pods/seccomp";
import { sysctls } from "./pods/sysctls";
import { windowsPods } from "./pods/windows";

export const podRules: readonly Rule[] = [
  privilegedContainers,
  privilegeEscalation,
  capabilities,
  nonRoot,
  rootGroups,
  hostPath,
  inlineVolumes,
  csiVolumes,
  hostNamespaces,
  hostPorts,
  seccomp,
  appArmor,
  seLinux,
  procMount,
  sysctls,
  windowsPods,
  probeHosts,
];
