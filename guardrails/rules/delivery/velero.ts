/**
 * Velero is an administrator, and what it is told to do is the platform's to tell (R70). It takes no orders outside its own
 * namespace, where RBAC alone keeps tenants out: no rule looks there. Elsewhere its kinds do nothing today; a second Velero
 * that somebody installs would do what they say.
 */

import { RECONCILER, NAMESPACE_NAME, meta, PROVISIONER } from "../../examples";
import { VELERO_KINDS } from "../../kinds";
import type { Document, Rule } from "../../rule";
import type { Fields } from "./objects";

function object(kind: string, spec: Fields, version = "v1"): Document {
  return { apiVersion: `velero.io/${version}`, kind, metadata: meta("nightly"), spec };
}

const LOCATION = { backupStorageLocation: "default" };
const VOLUME = { ...LOCATION, pod: { name: "web" }, repoIdentifier: "repository", volume: "data" };
const MOVED = { ...LOCATION, operationTimeout: "10m", sourceNamespace: "tenant-other" };

/** What Velero writes for itself in the middle of a backup or restore, and would carry on from. */
const STEPS: readonly Document[] = [
  object("BackupRepository", { ...LOCATION, maintenanceFrequency: "1h", volumeNamespace: "tenant-other" }),
  object("DeleteBackupRequest", { backupName: "nightly" }),
  object("PodVolumeBackup", { ...VOLUME, node: "standard-1" }),
  object("PodVolumeRestore", { ...VOLUME, snapshotID: "1", sourceNamespace: "tenant-other" }),
  object("ServerStatusRequest", {}),
  object("VolumeSnapshotLocation", { provider: "aws" }),
  object(
    "DataDownload",
    { ...MOVED, snapshotID: "1", targetVolume: { namespace: NAMESPACE_NAME, pv: "", pvc: "data" } },
    "v2alpha1",
  ),
  object("DataUpload", { ...MOVED, snapshotType: "CSI", sourcePVC: "data" }, "v2alpha1"),
];

const backup = (namespace = NAMESPACE_NAME) => object("Backup", { includedNamespaces: [namespace] });
const says = (kind: string) => `a ${kind} is the platform's`;

export const velero: Rule = {
  name: "velero",
  requirements: ["R70"],
  matches: [{ kinds: VELERO_KINDS, operations: ["CREATE", "UPDATE"] }],
  when: `request.operation == "CREATE" || dyn(object).?spec.orValue({}) != dyn(oldObject).?spec.orValue({})`,
  offences: `["a " + object.kind + " is the platform's"]`,
  why: "Velero reads and writes every namespace, and only the platform tells it what to do",
  cure: "Declare backups in the tenant's file, and ask the platform for a restore",
  sparesPlatform: true,
  examples: {
    passes: [{ what: "a backup by the platform", object: backup(), by: PROVISIONER }],
    fails: [
      { what: "a backup of the own namespace (A188)", object: backup(), says: says("Backup") },
      { what: "a backup of everything (A188)", object: backup("*"), by: RECONCILER, says: says("Backup") },
      {
        what: "a restore that overwrites what stands (A188, A189)",
        object: object("Restore", { backupName: "nightly", existingResourcePolicy: "update" }),
        says: says("Restore"),
      },
      {
        what: "a restore into another namespace",
        object: object("Restore", {
          backupName: "nightly",
          namespaceMapping: { [NAMESPACE_NAME]: "kube-system" },
        }),
        says: says("Restore"),
      },
      {
        what: "a schedule (A188)",
        object: object("Schedule", { schedule: "0 3 * * *", template: { includedNamespaces: ["*"] } }),
        says: says("Schedule"),
      },
      {
        what: "a place for backups (A188, A190)",
        object: object("BackupStorageLocation", {
          provider: "aws",
          objectStorage: { bucket: "backups", prefix: "tenants/other" },
        }),
        says: says("BackupStorageLocation"),
      },
      {
        what: "a link to a backup's contents",
        object: object("DownloadRequest", { target: { kind: "BackupContents", name: "nightly" } }),
        says: says("DownloadRequest"),
      },
      ...STEPS.map((step) => ({
        what: `a ${String(step["kind"])}`,
        object: step,
        says: says(String(step["kind"])),
      })),
      {
        what: "a backup that is widened",
        before: backup(),
        object: backup("*"),
        says: says("Backup"),
      },
    ],
  },
};
