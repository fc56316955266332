/** The end of a tenant's data, when its retention is over: backups deleted, values in Vault gone, the key on its way (R89, R90). */

import * as fs from "node:fs";
import type { Tenant } from "../../model/tenant";
import type { Certificate } from "./certificate";
import { askAll, checksOf } from "./certificate-check";
import { certificateFile, certificatesNamed } from "./certificate-file";
import { backupPlace } from "./certificate-kept";
import { liveServers, type LiveServers } from "../live-servers";
import { LeavingRecord } from "./record";
import { operate, type Operation, type TenantOptions } from "../operation";
import { RunFailure } from "../outcome";
import { releaseProtection } from "../engine/protection";
import { firstDayOfPurge, isRetentionOver } from "./retention";
import { refuseDependents } from "./shred-dependents";
import { shredLedger } from "./shred-ledger";
import { deleteObjects } from "./shred-objects";
import { readList, readTenant, removeTenantFile, tenantFile } from "../tenant-files";
import { applyTenant } from "../tenant-run";

export interface PurgeOptions extends TenantOptions {
  /** Does not wait for the end of the retention; the name has to be confirmed. */
  readonly now?: boolean;
  /** The tenant's name, typed by whoever purges before the time. */
  readonly confirmedName?: string;
}

/** One purge on its way. */
interface Purging {
  readonly operation: Operation;
  readonly options: PurgeOptions;
  readonly servers: LiveServers;
  readonly record: LeavingRecord;
}

/**
 * Destroys the data of a tenant that has left. Interrupted anywhere, it goes on when it is run again; a tenant that is
 * purged already is left alone.
 *
 * @returns the certificate, now with the ledger of what became unreadable.
 * @throws RunFailure `badInput` before the retention is over, under a legal hold, for a tenant that has not left, and
 * without the confirmed name; `resource` naming what would be lost with the key.
 */
export function purge(options: PurgeOptions): Promise<Certificate> {
  const { tenant: name } = options;
  return operate(options, { activity: "purge", tenant: name }, async (operation) => {
    const { tenant, certificate } = found(options);
    if (certificate.stage === "purged") {
      operation.note(`${name} is purged already; see its certificate`);
      return certificate;
    }
    if (tenant !== undefined) {
      refuseUntimely(tenant, options);
    }
    const servers = await liveServers(options);
    const record = LeavingRecord.of(options, certificate);
    const purging = { operation, options, servers, record };
    if (tenant !== undefined) {
      await empty(purging);
      await removeFile(purging);
    }
    await removeRest(purging);
    return certify(purging);
  });
}

/** The tenant of the list; without its file, the one that an earlier purge has taken it from. */
function found(options: PurgeOptions): { tenant?: Tenant; certificate: Certificate } {
  const { tenant: name } = options;
  if (readList(options).tenants.some((tenant) => tenant.name === name)) {
    const tenant = readTenant(options, name);
    return { tenant, certificate: LeavingRecord.open(options, tenant).certificate };
  }
  const [latest] = certificatesNamed(options, name).filter(({ stage }) => stage !== "offboarding");
  // Says which name was meant.
  return latest === undefined
    ? { certificate: unreachable(readTenant(options, name)) }
    : { certificate: latest };
}

function unreachable({ name }: Tenant): never {
  throw new RunFailure("failure", `the file of ${name} came back while it was looked for; run this again`);
}

/** @throws RunFailure `badInput` where it is too early, or the name is missing. */
export function refuseUntimely(
  { name, lifecycle }: Tenant,
  { now = false, confirmedName }: Pick<PurgeOptions, "now" | "confirmedName">,
): void {
  const { state, retainUntil = "", legalHold } = lifecycle;
  if (state !== "retained") {
    throw new RunFailure(
      "badInput",
      `${name} is ${state}, and only a tenant that has left is purged; offboard it first`,
    );
  }
  if (legalHold) {
    throw new RunFailure(
      "badInput",
      `the data of ${name} is under a legal hold; nothing was deleted: whoever may lift it takes lifecycle.legalHold out of the file`,
    );
  }
  if (!now && !isRetentionOver(retainUntil, new Date())) {
    throw new RunFailure(
      "badInput",
      `the data of ${name} is kept until ${retainUntil}; nothing was deleted: purge it from ${firstDayOfPurge(retainUntil)} on, or before by now and the confirmed name`,
    );
  }
  if (now && confirmedName !== name) {
    throw new RunFailure(
      "badInput",
      `to purge before the time the name has to be confirmed, and ${confirmedName === undefined ? "it was not" : `${JSON.stringify(confirmedName)} is not ${name}`}; nothing was deleted`,
    );
  }
}

/** The ledger is written before the first object goes: afterwards nobody can tell what there was. */
async function empty({ operation, options, servers, record }: Purging): Promise<void> {
  const { tenant } = record.certificate;
  await operation.step("aws", "look for what still uses the key", () => refuseDependents(tenant, servers));
  const ledger = await operation.step(
    "aws",
    "write down what the key has encrypted",
    () => Promise.resolve(record.certificate.ledger ?? shredLedger(record.certificate, servers)),
    ({ keyArn, prefix }) => ({ key: keyArn, versions: prefix.versions, bytes: prefix.bytes }),
  );
  await record.write({ ledger });
  const place = backupPlace(tenant, servers.platform);
  await operation.step(
    "backup",
    "delete the backups",
    () =>
      deleteObjects(
        servers.operator.aws.s3,
        place,
        (deleted) => operation.note(`${deleted} versions are deleted`),
        options.signal,
      ),
    (deleted) => ({ deleted }),
  );
}

/** The file goes to the certificate: from here on the certificate alone tells that the purge is under way. */
async function removeFile({ operation, options, record }: Purging): Promise<void> {
  const { tenant } = record.certificate;
  await operation.step(
    "state",
    "lift the protection of the data",
    () => releaseProtection(options, tenant.name),
    (urns) => ({ unprotected: urns }),
  );
  const file = tenantFile(options, tenant.name);
  await operation.step("files", "take the file out of the list", () => {
    fs.copyFileSync(file, certificateFile(options, tenant, "yaml"));
    removeTenantFile(options, tenant.name);
    return Promise.resolve();
  });
}

async function removeRest({ operation, options, record }: Purging): Promise<void> {
  const { tenant } = record.certificate;
  const approve = [`${tenant.name}/*`];
  const plan = await applyTenant(operation, options, "remove key, alias and Vault namespace", { approve });
  await record.write({ plans: [...record.certificate.plans, plan] });
}

async function certify({ operation, servers, record }: Purging): Promise<Certificate> {
  const { certificate } = record;
  const purged = { ...certificate, stage: "purged" } as const;
  const findings = await operation.step(
    "aws",
    "ask whether everything is gone",
    () => askAll(checksOf(purged, servers).gone, servers),
    (all) => ({ gone: all.length }),
  );
  const wrong = findings.filter(({ holds }) => !holds);
  if (wrong.length > 0) {
    const each = wrong.map(({ what, asked, answered }) => `${what} (${asked}: ${answered})`);
    throw new RunFailure("resource", `not gone yet: ${each.join(", ")}; run this again`);
  }
  const until = findings
    .map(({ answered }) => /^PendingDeletion until (\S+)$/.exec(answered)?.[1])
    .find(Boolean);
  const { ledger } = certificate;
  return record.write({
    stage: "purged",
    purged: new Date().toISOString(),
    gone: findings.map(({ plane, what, asked, answered }) => ({ plane, what, asked, answered })),
    retained: [],
    ...(ledger && { ledger: { ...ledger, ...(until !== undefined && { until }) } }),
    waits: until === undefined ? [] : [{ what: `key ${ledger?.keyArn}`, until, why: "KMS destroys it then" }],
  });
}
