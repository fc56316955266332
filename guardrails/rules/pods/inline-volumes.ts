/**
 * A pod that names a disk, an export or a share by itself has storage that no class, quota or key of the tenant is over,
 * whether it may run as root or not (R18, R30, R58). Kinds of volumes that are not known here are refused, those that Kubernetes will yet get too.
 */

import { pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { text } from "../../rule";
import { MAY_BE_ROOT } from "./allow-root";
import { volume } from "./objects";

/** What Pod Security `restricted` lets pods have. */
const KNOWN = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];
/** Of which a rule of its own tells. */
const ELSEWHERE = "hostPath";

const nfs = volume({ nfs: { server: "files.example.net", path: "/exports/other" } });

export const inlineVolumes = podRule({
  name: "inline-volumes",
  requirements: ["R18", "R30", "R58"],
  // A volume without any source is an emptyDir.
  variables: {
    sources: `variables.pod.?volumes.orValue([]).map(volume, {
      "name": string(volume.name),
      "others": dyn(volume).filter(key, !(key in ${text(["name", ELSEWHERE, ...KNOWN])})).join(" and ")
    })`,
  },
  offences: `variables.sources.filter(volume, volume.others != "")
    .map(volume, "volume " + volume.name + " is of type " + volume.others)`,
  why: "A disk or share that a pod names by itself may be anybody's",
  cure: "Use a PersistentVolumeClaim, emptyDir, or what comes from ConfigMaps and Secrets",
  examples: {
    passes: [
      {
        what: "every type that has nothing outside the namespace",
        object: pod({
          spec: {
            volumes: [
              { name: "settings", configMap: { name: "settings" } },
              { name: "keys", secret: { secretName: "keys" } },
              {
                name: "self",
                downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] },
              },
              { name: "all", projected: { sources: [{ configMap: { name: "settings" } }] } },
              { name: "scratch", emptyDir: {} },
              { name: "data", persistentVolumeClaim: { claimName: "data" } },
            ],
          },
        }),
      },
      {
        what: "a volume of no type, which is an empty directory",
        object: workload("Deployment", volume({})),
      },
    ],
    fails: [
      {
        what: "an export, by a tenant that may run as root",
        object: pod(nfs),
        namespace: MAY_BE_ROOT,
        says: "volume data is of type nfs",
      },
      { what: "a share (A064)", object: pod(nfs), says: "volume data is of type nfs" },
      {
        what: "a disk of the cloud",
        object: workload(
          "Deployment",
          volume({ awsElasticBlockStore: { volumeID: "vol-0a1b2c3d4e5f60718" } }),
        ),
        says: "volume data is of type awsElasticBlockStore",
      },
      {
        what: "a disk over the network",
        object: workload(
          "StatefulSet",
          volume({ iscsi: { targetPortal: "192.0.2.1:3260", iqn: "iqn.2001-04.com.example:disk", lun: 0 } }),
        ),
        says: "volume data is of type iscsi",
      },
      {
        what: "a repository, which is fetched as root of the node",
        object: workload("Job", volume({ gitRepo: { repository: "https://git.example.net/app.git" } })),
        says: "volume data is of type gitRepo",
      },
      {
        what: "a driver of the node's own",
        object: workload("CronJob", volume({ flexVolume: { driver: "example.net/driver" } })),
        says: "volume data is of type flexVolume",
      },
    ],
  },
});
