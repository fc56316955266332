/**
 * The last backup of a tenant that leaves, by Velero, into the tenant's own prefix (R70, R90). It is taken while the
 * pods still run: Velero reads volumes through the pods that have them mounted.
 */

import { z } from "zod";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { FinalBackup } from "./certificate";
import { accepted, type Cluster } from "../cluster";
import { listAll, type LiveObject } from "../collection";
import type { LiveServers } from "../live-servers";
import { RunFailure } from "../outcome";
import { dayOf } from "./retention";
import { waitUntilNone, type Patience } from "../waiting";

/** Velero deletes a backup when its time is over: only `purge` may, also after years under a legal hold. */
const LIFE_HOURS = 24 * 365 * 20;

const COMPLETED = "Completed";
/** Where a backup ends without being one. */
const FAILED = [
  "FailedValidation",
  "PartiallyFailed",
  "WaitingForPluginOperationsPartiallyFailed",
  "FinalizingPartiallyFailed",
  "Failed",
  "Deleting",
];

const statusSchema = z.object({
  phase: z.string().default("New"),
  completionTimestamp: z.string().optional(),
  expiration: z.string().optional(),
  failureReason: z.string().optional(),
  validationErrors: z.array(z.string()).optional(),
  errors: z.number().optional(),
  warnings: z.number().optional(),
});

/**
 * Has the last backup taken, or finds the one that an earlier run has had taken.
 *
 * @throws RunFailure `resource` where volumes would stay out of it or it fails, `timeout` where it does not end.
 */
export async function finalBackup(
  tenant: Tenant,
  { platform, operator: { cluster }, provisioner }: LiveServers,
  patience: Patience,
): Promise<FinalBackup> {
  const collection = `/apis/velero.io/v1/namespaces/${platform.cluster.backupNamespace}/backups`;
  const earlier = await backupsOf(tenant, cluster, collection);
  const since = await shutOutSince(tenant, provisioner.cluster);
  const good = earlier.find(
    (backup) => !FAILED.includes(statusOf(backup).phase) && createdAt(backup) >= since,
  );
  const name = good?.metadata.name ?? freeName(tenant, earlier);
  if (good === undefined) {
    await refuseUnreadVolumes(tenant, cluster);
    const backup = manifest(tenant, platform, name);
    accepted(`take the backup ${name}`, await cluster.request("POST", collection, backup));
  }
  return completed(tenant, platform, cluster, `${collection}/${name}`, patience);
}

async function completed(
  tenant: Tenant,
  { aws }: Platform,
  cluster: Cluster,
  path: string,
  patience: Patience,
): Promise<FinalBackup> {
  const read = async () => {
    const reply = await cluster.request("GET", path);
    const { status } = z
      .object({ status: z.unknown().optional() })
      .parse(accepted("read the last backup", reply));
    return statusSchema.parse(status ?? {});
  };
  const pending = async () => {
    const status = await read();
    if (FAILED.includes(status.phase)) {
      throw new RunFailure("resource", failureSentence(path, status));
    }
    return status.phase === COMPLETED ? [] : [status.phase];
  };
  await waitUntilNone(
    pending,
    ([phase]) =>
      `after ${patience.seconds} s the last backup is still ${phase}: ${path}; see whether Velero runs, then run this again`,
    patience,
  );
  const { phase, completionTimestamp = "", expiration = "" } = await read();
  return {
    taken: true,
    name: path.slice(path.lastIndexOf("/") + 1),
    phase,
    completed: completionTimestamp,
    expires: expiration,
    location: `s3://${aws.backupBucket}/${names.backupPrefix(tenant.id)}/`,
  };
}

/** Last backups of this tenant, newest name last. */
async function backupsOf(tenant: Tenant, cluster: Cluster, collection: string): Promise<LiveObject[]> {
  const found = await listAll(cluster, `${collection}?labelSelector=${labels.TENANT}%3D${tenant.id}`);
  if (found === undefined) {
    throw new RunFailure(
      "resource",
      "the cluster knows no kind Backup: Velero is not installed; install it, or leave the backup out by skipBackup",
    );
  }
  return found.filter(({ metadata }) => metadata.name.startsWith(names.finalBackupName(tenant.name, "")));
}

const managed = z.object({
  metadata: z.object({
    managedFields: z.array(z.object({ time: z.string(), subresource: z.string().optional() })).default([]),
  }),
});

/**
 * Since when nobody can change the tenant's data any more: the time of the quota's last change, by which the program let
 * the tenant out. A backup from before is that of an offboarding that was called off.
 */
async function shutOutSince(tenant: Tenant, provisioner: Cluster): Promise<number> {
  const times: number[] = [];
  for (const { name } of tenant.namespaces) {
    const path = `/api/v1/namespaces/${name}/resourcequotas/${names.TENANT_QUOTA}`;
    const quota = managed.parse(accepted("read the quota", await provisioner.request("GET", path)));
    const { managedFields } = quota.metadata;
    times.push(
      ...managedFields
        .filter(({ subresource }) => subresource === undefined)
        .map(({ time }) => Date.parse(time)),
    );
  }
  return Math.max(...times);
}

function createdAt({ metadata }: LiveObject): number {
  return Date.parse(metadata.creationTimestamp ?? "");
}

function freeName(tenant: Tenant, earlier: readonly LiveObject[]): string {
  const today = names.finalBackupName(tenant.name, dayOf(new Date()));
  const taken = earlier.filter(({ metadata }) => metadata.name.startsWith(today)).length;
  return taken === 0 ? today : `${today}-${taken + 1}`;
}

function manifest(tenant: Tenant, { cluster }: Platform, name: string) {
  return {
    apiVersion: "velero.io/v1",
    kind: "Backup",
    metadata: { name, namespace: cluster.backupNamespace, labels: labels.tenantLabels(tenant) },
    spec: {
      includedNamespaces: tenant.namespaces.map((namespace) => namespace.name),
      storageLocation: names.backupName(tenant.name),
      ttl: `${LIFE_HOURS}h0m0s`,
      snapshotVolumes: false,
      defaultVolumesToFsBackup: true,
    },
  };
}

function statusOf({ status }: LiveObject): z.output<typeof statusSchema> {
  return statusSchema.parse(status ?? {});
}

function failureSentence(path: string, status: z.output<typeof statusSchema>): string {
  const { phase, failureReason, validationErrors = [], errors = 0, warnings = 0 } = status;
  const reasons = [...(failureReason === undefined ? [] : [failureReason]), ...validationErrors];
  const why = reasons.join("; ") || `${errors} errors, ${warnings} warnings`;
  return `the last backup is ${phase}: ${path} (${why}); nothing was removed: see velero backup logs, put right what it says, then run this again, or leave the backup out by skipBackup`;
}

const podSpec = z.object({
  volumes: z
    .array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).optional() }))
    .default([]),
});

/** A claim that no running pod has mounted would be in the backup by name and without content. */
async function refuseUnreadVolumes(tenant: Tenant, cluster: Cluster): Promise<void> {
  const unread = await unreadVolumes(tenant, cluster);
  if (unread.length > 0) {
    throw new RunFailure(
      "resource",
      `no running pod has these volumes mounted, and Velero would leave out what they hold: ${unread.join(", ")}; resume the tenant and have a pod mount them, remove the claims, or leave the backup out by skipBackup`,
    );
  }
}

/** Claims, as `namespace/name`, that are bound and that no running pod has mounted. */
export async function unreadVolumes(tenant: Tenant, cluster: Cluster): Promise<string[]> {
  const unread: string[] = [];
  for (const { name: namespace } of tenant.namespaces) {
    const claims = await listAll(cluster, `/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
    const pods = await listAll(cluster, `/api/v1/namespaces/${namespace}/pods`);
    const mounted = (pods ?? [])
      .filter(({ status }) => status?.["phase"] === "Running")
      .flatMap(({ spec }) => podSpec.parse(spec).volumes)
      .map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName);
    const bound = (claims ?? []).filter(({ status }) => status?.["phase"] === "Bound");
    unread.push(
      ...bound
        .filter(({ metadata }) => !mounted.includes(metadata.name))
        .map(({ metadata }) => `${namespace}/${metadata.name}`),
    );
  }
  return unread;
}
