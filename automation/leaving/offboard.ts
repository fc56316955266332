/**
 * A tenant leaves: its access first, then a last backup, what runs, its namespaces; its data stays until `purge`
 * (R85, R89, R90). Where a run stands is read off the tenant's file and the live servers, so that whatever was
 * interrupted goes on when it is run again.
 */

import type { Certificate } from "./certificate";
import { liveServers } from "../live-servers";
import { finalBackup } from "./backup";
import { certify } from "./certify";
import { DEFAULT_TIMEOUT_SECONDS, type Leaving, type OffboardOptions } from "./leaving";
import { LeavingRecord } from "./record";
import { sweepReferences } from "./references";
import { tearDown } from "./teardown";
import { clusterPending, shutOutElsewhere, whyUnreachable } from "./unreachable";
import { operate } from "../operation";
import { shuttingOut } from "../suspension/shut-out";
import { stopAll } from "../suspension/suspend";
import { readTenant } from "../tenant-files";
import { applyTenant } from "../tenant-run";
import { writeState } from "../tenant-state";

/**
 * Offboards a tenant; one that has left already is left alone.
 *
 * @returns the certificate, which also lies in `out/offboarding/<list>`.
 * @throws RunFailure `badInput` for a name that the list has not, `resource` naming what stands in the way, `timeout`
 * naming what is waited for.
 */
export function offboard(options: OffboardOptions): Promise<Certificate> {
  const { tenant: name, timeoutSeconds: seconds = DEFAULT_TIMEOUT_SECONDS, signal } = options;
  return operate(options, { activity: "offboard", tenant: name }, async (operation) => {
    const tenant = readTenant(options, name);
    const record = LeavingRecord.open(options, tenant);
    if (tenant.lifecycle.state === "retained" && record.certificate.stage !== "offboarding") {
      operation.note(`${name} has left already; see its certificate`);
      return record.certificate;
    }
    const servers = await liveServers(options);
    const leaving = { operation, options, tenant, servers, record, patience: { seconds, signal } };
    const unreachable = await whyUnreachable(servers.operator.cluster);
    if (unreachable !== undefined) {
      if (tenant.lifecycle.state !== "retained") {
        await enter(leaving);
        await shutOutElsewhere(operation, tenant, servers.provisioner);
      }
      throw clusterPending(tenant, unreachable);
    }
    if (tenant.lifecycle.state !== "retained") {
      await shutOut(leaving);
      await backUp(leaving);
      await stop(leaving);
    }
    await tearDown(leaving);
    return certify(leaving);
  });
}

/** From here on the file says that the tenant leaves. */
async function enter({ operation, options, tenant }: Leaving): Promise<void> {
  const { retentionDays } = options;
  await operation.step(
    "files",
    "write the state offboarding",
    () => Promise.resolve(writeState(options, tenant.name, { state: "offboarding", retentionDays })),
    (changed) => ({ changed }),
  );
}

async function shutOut(leaving: Leaving): Promise<void> {
  const { operation, options, tenant, servers, record, patience } = leaving;
  const { tried, untried } = await shuttingOut(operation, tenant, servers, options, patience, async () => {
    await enter(leaving);
    const plan = await applyTenant(operation, options, "shut the tenant out");
    await record.write({ plans: [...record.certificate.plans, plan] });
  });
  const all = [...record.certificate.credentials.tried, ...tried];
  const known = all.map(({ credential }) => credential);
  const others = untried.filter(({ credential }) => !known.includes(credential));
  await record.write({ credentials: { tried: all, untried: others } });

  const references = await operation.step(
    "kubernetes",
    "look for who still names the tenant",
    () => sweepReferences(tenant, servers),
    (looks) => ({ looks: looks.map(({ what, answered }) => `${what}: ${answered}`) }),
  );
  await record.write({ references });
}

async function backUp({ operation, options, tenant, servers, record, patience }: Leaving): Promise<void> {
  // What an earlier run was told holds for this one: by now the pods may be gone through which Velero would read.
  if (options.skipBackup === true || record.certificate.backup?.taken === false) {
    operation.note("no last backup is taken: skipBackup");
    await record.write({ backup: { taken: false, why: "left out by skipBackup" } });
    return;
  }
  const backup = await operation.step(
    "backup",
    "take the last backup",
    () => finalBackup(tenant, servers, patience),
    ({ name, phase }) => ({ backup: name, phase }),
  );
  await record.write({ backup });
}

async function stop({ operation, tenant, servers, record, patience }: Leaving): Promise<void> {
  const { lostPods } = await stopAll(operation, tenant, servers.operator, patience);
  await record.write({ lostPods: [...new Set([...record.certificate.lostPods, ...lostPods])] });
}
