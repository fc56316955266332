/**
 * What a CSI driver does for a volume that a pod names inline it does with rights of its own, by attributes that the
 * tenant writes: the secrets of another tenant's class, a share by its address (R30, R58). Pod Security lets all pass.
 */

import { pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { MAY_BE_ROOT } from "./allow-root";
import { volume } from "./objects";

const secrets = volume({
  csi: {
    driver: "secrets-store.csi.k8s.io",
    readOnly: true,
    volumeAttributes: { secretProviderClass: "other" },
  },
});
const says = "volume data is of driver secrets-store.csi.k8s.io";

export const csiVolumes = podRule({
  name: "csi-volumes",
  requirements: ["R30", "R58"],
  offences: `variables.pod.?volumes.orValue([]).filter(volume, has(volume.csi))
    .map(volume, "volume " + volume.name + " is of driver " + string(volume.csi.?driver.orValue("")))`,
  why: "A driver does what the pod's volume tells it with rights of the platform, for whosever data that is",
  cure: "Use a PersistentVolumeClaim of the tenant's StorageClass, or a Secret",
  examples: {
    passes: [
      {
        what: "a claim, behind which a driver is as well",
        object: pod(volume({ persistentVolumeClaim: { claimName: "data" } })),
      },
      { what: "a Secret", object: workload("Deployment", volume({ secret: { secretName: "keys" } })) },
    ],
    fails: [
      { what: "secrets of another tenant's class (A074)", object: pod(secrets), says },
      { what: "the same in a template", object: workload("Deployment", secrets), says },
      {
        what: "a share by its address",
        object: workload(
          "CronJob",
          volume({
            csi: { driver: "nfs.csi.k8s.io", volumeAttributes: { server: "files.example.net", share: "/" } },
          }),
        ),
        says: "volume data is of driver nfs.csi.k8s.io",
      },
      { what: "a tenant that may run as root", object: pod(secrets), namespace: MAY_BE_ROOT, says },
    ],
  },
});
