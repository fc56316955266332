/** Judges the tenant's backups in Velero: own place, own key, own credential, own namespaces and nobody else's (R70). */

import { isDeepStrictEqual } from "node:util";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { named, type LiveObject } from "../documents";
import type { Bench, Ledger } from "../ledger";
import { CREDENTIAL_KEY } from "./credential";

export interface LiveBackups {
  readonly backupstoragelocations: readonly LiveObject[];
  readonly schedules: readonly LiveObject[];
}

export function judgeBackup(tenant: Tenant, platform: Platform, live: LiveBackups, ledger: Ledger): void {
  const bench = ledger.bench(tenant.name, "backup");
  const name = names.backupName(tenant.name);
  judgeLocation(tenant, platform, named(live.backupstoragelocations, name), bench);
  judgeSchedule(tenant, named(live.schedules, name), bench);
}

interface LiveLocation {
  readonly provider?: string;
  readonly objectStorage?: { readonly bucket?: string; readonly prefix?: string };
  readonly config?: Readonly<Record<string, string>>;
  readonly credential?: { readonly name?: string; readonly key?: string };
  readonly accessMode?: string;
  readonly default?: boolean;
}

/** Settings that belong to the declared place; any other (`s3Url`, `profile`) may lead elsewhere. */
const SETTINGS = ["region", "kmsKeyId"];

function judgeLocation(
  tenant: Tenant,
  { aws }: Platform,
  live: LiveObject | undefined,
  { expect }: Bench,
): void {
  const name = names.backupName(tenant.name);
  const object = `BackupStorageLocation ${name}`;
  expect(object, live !== undefined, "is missing");
  if (live === undefined) {
    return;
  }
  const {
    provider,
    objectStorage,
    config = {},
    credential,
    accessMode,
    ...spec
  } = live["spec"] as LiveLocation;
  const { bucket = "", prefix = "" } = objectStorage ?? {};
  const wanted = `${aws.backupBucket}/${names.backupPrefix(tenant.id)}`;
  const key = names.aliasArn(aws, names.keyAlias(tenant.id));
  expect(object, provider === "aws", `is of the provider ${provider ?? "none"} instead of aws`);
  expect(object, `${bucket}/${prefix}` === wanted, `writes to ${bucket}/${prefix} instead of ${wanted}`);
  expect(
    object,
    config["kmsKeyId"] === key,
    `encrypts with ${config["kmsKeyId"] ?? "no named key"} instead of ${key}`,
  );
  expect(
    object,
    config["region"] === aws.region,
    `is in the region ${config["region"] ?? "of the server"} instead of ${aws.region}`,
  );
  const others = Object.keys(config).filter((setting) => !SETTINGS.includes(setting));
  expect(object, others.length === 0, `has settings that are not declared: ${others.join(", ")}`);
  expect(
    object,
    credential?.name === name && credential.key === CREDENTIAL_KEY,
    `uses the credential ${credential === undefined ? "of the server" : `${credential.name ?? ""}/${credential.key ?? ""}`} instead of ${name}/${CREDENTIAL_KEY}`,
  );
  expect(object, accessMode !== "ReadOnly", "takes no backups: it is read-only");
  expect(object, spec.default !== true, "is the default location: backups of others would lie in it");
}

interface LiveSchedule {
  readonly schedule?: string;
  readonly paused?: boolean;
  readonly template?: Readonly<Record<string, unknown>> & {
    readonly includedNamespaces?: readonly string[];
    readonly storageLocation?: string;
    readonly snapshotVolumes?: boolean;
    readonly defaultVolumesToFsBackup?: boolean;
    readonly ttl?: string;
  };
}

/** What leaves a part of the namespace out of a backup. */
const FILTERS = [
  "excludedNamespaces",
  "includedResources",
  "excludedResources",
  "includedNamespaceScopedResources",
  "excludedNamespaceScopedResources",
  "labelSelector",
  "orLabelSelectors",
  "resourcePolicy",
];

function judgeSchedule(tenant: Tenant, live: LiveObject | undefined, { expect }: Bench): void {
  const name = names.backupName(tenant.name);
  const object = `Schedule ${name}`;
  expect(object, live !== undefined, "is missing");
  if (live === undefined) {
    return;
  }
  const { schedule, paused, template = {} } = live["spec"] as LiveSchedule;
  const own = tenant.namespaces.map((namespace) => namespace.name);
  const found = template.includedNamespaces ?? [];
  const ttl = `${tenant.backup.retentionDays * 24}h0m0s`;
  expect(
    object,
    isDeepStrictEqual([...found].sort(), [...own].sort()),
    `backs up ${found.join(", ") || "every namespace"} instead of ${own.join(", ")}`,
  );
  expect(
    object,
    template.storageLocation === name,
    `stores in ${template.storageLocation ?? "the default location"} instead of ${name}`,
  );
  expect(object, paused !== true, "is paused");
  expect(
    object,
    schedule === tenant.backup.schedule,
    `runs at ${schedule ?? "no time"} instead of ${tenant.backup.schedule}`,
  );
  expect(
    object,
    template.ttl === ttl,
    `keeps backups for ${template.ttl ?? "the default time"} instead of ${ttl}`,
  );
  const filters = FILTERS.filter((filter) => Object.keys(template[filter] ?? {}).length > 0);
  expect(object, filters.length === 0, `leaves something out, by ${filters.join(", ")}`);
  expect(
    object,
    template.snapshotVolumes === false && template.defaultVolumesToFsBackup === true,
    "takes snapshots of volumes, which lie outside the tenant's prefix, role and key",
  );
}
