/** Volumes under a tenant's key: which there are, and what becomes of them (A158, A246). */

import { z } from "zod";
import * as names from "../../model/names";
import type { TenantVolume } from "./certificate";
import type { Cluster } from "../cluster";
import { listAll } from "../collection";

const volumeSpec = z.object({
  storageClassName: z.string().optional(),
  persistentVolumeReclaimPolicy: z.string().default("Retain"),
  claimRef: z.object({ namespace: z.string().optional(), name: z.string().optional() }).optional(),
  csi: z.object({ volumeHandle: z.string() }).optional(),
});

const phase = z.string().default("Pending");

/** The live volumes of the tenant's StorageClass, and those claimed from the tenant's namespaces. */
export async function tenantVolumes(
  cluster: Cluster,
  tenant: { readonly name: string; readonly namespaces: readonly string[] },
): Promise<TenantVolume[]> {
  const live = (await listAll(cluster, "/api/v1/persistentvolumes")) ?? [];
  return live.flatMap(({ metadata, spec, status }) => {
    const {
      storageClassName,
      persistentVolumeReclaimPolicy: reclaimPolicy,
      claimRef,
      csi,
    } = volumeSpec.parse(spec);
    const own =
      storageClassName === names.storageClassName(tenant.name) ||
      tenant.namespaces.includes(claimRef?.namespace ?? "");
    return own
      ? [
          {
            name: metadata.name,
            reclaimPolicy,
            phase: phase.parse(status?.["phase"]),
            ...(claimRef !== undefined && { claim: `${claimRef.namespace}/${claimRef.name}` }),
            ...(csi !== undefined && { handle: csi.volumeHandle }),
          },
        ]
      : [];
  });
}
