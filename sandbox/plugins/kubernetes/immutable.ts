/** Fields whose change the official provider takes as a new object. What is not here, the API server may still refuse. */

import type { Properties } from "../wire";
import { at } from "./object";
import type { Settings } from "./settings";
import { groupOf } from "./discovery";

const under = (parent: string, names: string): readonly string[] =>
  names.split(" ").map((name) => `${parent}.${name}`);

const CONTAINER =
  "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir";

/** By `group/Kind`; a field covers everything below it, `[*]` is every item of a list. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/StatefulSet": under(
    "spec",
    "podManagementPolicy revisionHistoryLimit selector serviceName volumeClaimTemplates",
  ),
  "batch/Job": under("spec", "completions parallelism selector template"),
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
  "/PersistentVolume": under(
    "spec",
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume",
  ),
  "/PersistentVolumeClaim": under("spec", "accessModes selector storageClassName volumeName"),
  "/Pod": [
    ...under(
      "spec",
      "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain terminationGracePeriodSeconds volumes",
    ),
    ...under("spec.containers[*]", CONTAINER),
    ...under("spec.initContainers[*]", CONTAINER),
  ],
  "/ResourceQuota": ["spec.scopes"],
  "/Secret": ["type"],
  "/Service": ["spec.clusterIP"],
};

/** Fields of the object that cannot change in place, as property paths. */
export function immutableFields(
  object: Properties,
  settings: Pick<Settings, "mutableConfigMaps" | "mutableSecrets">,
): readonly string[] {
  const type = `${groupOf(String(object["apiVersion"]))}/${String(object["kind"])}`;
  const sealed = at(object, "immutable") === true;
  if (type === "/ConfigMap" && (sealed || !settings.mutableConfigMaps)) {
    return ["data", "binaryData"];
  }
  if (type === "/Secret" && (sealed || !settings.mutableSecrets)) {
    return ["type", "data", "stringData"];
  }
  return FIELDS[type] ?? [];
}
