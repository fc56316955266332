/** A tenant is backed up into its own prefix, under its own key, and nobody else is backed up with it (R68, R70). */

import { isDeepStrictEqual } from "node:util";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { ResourceCheck } from "../check";
import { at, kubernetesObject, listAt, textAt, type Properties } from "../declared";
import { ownersOf } from "../owners";

export const backupPlaces: ResourceCheck = {
  name: "backup-places",
  description:
    "A tenant's backups hold that tenant alone, in its own prefix and under its own key (R68, R70).",
  about: (type) => type.startsWith("kubernetes:velero.io/"),
  judge: (resource, setting) => {
    const object = kubernetesObject(resource);
    const tenant = ownersOf(setting).backups.get(object?.name ?? "");
    if (object?.namespace !== setting.platform.cluster.backupNamespace) {
      return [];
    }
    if (tenant === undefined) {
      return setting.kind === "list"
        ? [`${object.kind} ${object.name}: no tenant of this list is backed up by that name`]
        : [];
    }
    return faultsIn(object.kind, object.document, tenant, setting.platform).map(
      (fault) => `${object.kind} ${object.name} of tenant ${tenant.name}: ${fault}`,
    );
  },
};

function faultsIn(kind: string, document: Properties, tenant: Tenant, platform: Platform): string[] {
  switch (kind) {
    case "BackupStorageLocation":
      return locationFaults(document, tenant, platform);
    case "Schedule":
      return scheduleFaults(at(document, "spec", "template"), tenant);
    case "Backup":
      return scheduleFaults(at(document, "spec"), tenant);
    default:
      return [];
  }
}

function locationFaults(document: Properties, tenant: Tenant, { aws }: Platform): string[] {
  const spec = at(document, "spec");
  const place = [textAt(spec, "objectStorage", "bucket"), textAt(spec, "objectStorage", "prefix")].join("/");
  const own = `${aws.backupBucket}/${names.backupPrefix(tenant.id)}`;
  const key = textAt(spec, "config", "kmsKeyId");
  const alias = names.aliasArn(aws, names.keyAlias(tenant.id));
  const credential = textAt(spec, "credential", "name");
  const settings = Object.keys(at(spec, "config") ?? {});
  const others = settings.filter((setting) => !["region", "kmsKeyId"].includes(setting));
  return [
    ...(place === own ? [] : [`writes to ${place} instead of ${own}`]),
    ...(key === alias ? [] : [`encrypts with ${key ?? "no key of its own"} instead of ${alias}`]),
    ...(credential === names.backupName(tenant.name)
      ? []
      : [`uses the credential ${credential ?? "of the server"} instead of ${names.backupName(tenant.name)}`]),
    ...(others.length === 0 ? [] : [`may lead elsewhere by ${others.join(", ")}`]),
    ...(at(spec, "default") === true ? ["is where backups of others go by default"] : []),
  ];
}

function scheduleFaults(spec: unknown, tenant: Tenant): string[] {
  const found = listAt(spec, "includedNamespaces").map(String).sort();
  const own = tenant.namespaces.map(({ name }) => name).sort();
  const location = textAt(spec, "storageLocation");
  return [
    ...(isDeepStrictEqual(found, own)
      ? []
      : [`backs up ${found.join(", ") || "every namespace"} instead of ${own.join(", ")}`]),
    ...(location === names.backupName(tenant.name)
      ? []
      : [`stores in ${location ?? "the default location"} instead of ${names.backupName(tenant.name)}`]),
    ...(at(spec, "snapshotVolumes") === false
      ? []
      : ["takes snapshots of volumes, which lie outside the tenant's prefix, role and key"]),
  ];
}
