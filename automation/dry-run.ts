/** What commands over a tenant would do, asked of the files and the live servers; nothing is changed. */

import { GRANT_LIFE } from "../model/break-glass";
import type { Tenant } from "../model/tenant";
import { placeOfGrant, type BreakGlassOptions } from "./credentials/break-glass";
import { liveServers, type LiveServers } from "./live-servers";
import { unreadVolumes } from "./leaving/backup";
import { heldObjects } from "./leaving/held";
import { LeavingRecord } from "./leaving/record";
import { foreignReferences } from "./leaving/references";
import { returningObjects } from "./leaving/returns";
import { tenantVolumes } from "./leaving/volumes";
import type { OffboardOptions } from "./leaving/leaving";
import { operate, type TenantOptions } from "./operation";
import { RunFailure } from "./outcome";
import { refuseUntimely, type PurgeOptions } from "./leaving/purge";
import { lastDayKept } from "./leaving/retention";
import { kindsFor, rotatable, type RotateOptions } from "./credentials/rotate";
import { dependents } from "./leaving/shred-dependents";
import { shredLedger } from "./leaving/shred-ledger";
import { podsOnTheirOwn } from "./suspension/pods";
import { startableWorkloads, stoppableWorkloads, type Workload } from "./suspension/workloads";
import { readTenant } from "./tenant-files";

export interface DryRun {
  readonly tenant: string;
  /** What the command would do, each in words. */
  readonly would: readonly string[];
  /** What it would refuse to go on for, each in words. */
  readonly inTheWay: readonly string[];
}

type Prospect = Omit<DryRun, "tenant">;

export function dryRunSuspend(options: TenantOptions): Promise<DryRun> {
  return look(options, "suspend", async (tenant, { operator }) => {
    const { state } = tenant.lifecycle;
    return state === "offboarding" || state === "retained"
      ? { would: [], inTheWay: [`${tenant.name} is ${state}, where nothing runs any more`] }
      : {
          would: ["end every credential of the tenant", ...(await stops(tenant, operator))],
          inTheWay: [],
        };
  });
}

export function dryRunResume(options: TenantOptions): Promise<DryRun> {
  return look(options, "resume", async (tenant, { operator }) =>
    tenant.lifecycle.state === "retained"
      ? { would: [], inTheWay: [`${tenant.name} has left, and only its data is kept`] }
      : {
          would: [
            ...(tenant.lifecycle.state === "active" ? [] : ["let the tenant in again"]),
            ...(await startableWorkloads(operator.cluster, namespacesOf(tenant))).map(named("start")),
          ],
          inTheWay: [],
        },
  );
}

export function dryRunRotate({ what = rotatable, ...options }: RotateOptions): Promise<DryRun> {
  return look(options, "rotate", (tenant) =>
    Promise.resolve({ would: kindsFor(tenant, what).map((kind) => `make ${kind} anew`), inTheWay: [] }),
  );
}

export function dryRunBreakGlass(options: BreakGlassOptions): Promise<DryRun> {
  return look(options, "breakglass", (tenant) => {
    const { name } = placeOfGrant(options, tenant);
    const would = [
      `announce the grant with its reason and approver`,
      `let its holder into ${name} as a developer of ${tenant.name}, for ${GRANT_LIFE / 3600} hours at most`,
    ];
    return Promise.resolve({ would, inTheWay: [] });
  });
}

export function dryRunOffboard(options: OffboardOptions): Promise<DryRun> {
  return look(options, "offboard", async (tenant, servers) => {
    const { cluster } = servers.operator;
    const namespaces = namespacesOf(tenant);
    if (tenant.lifecycle.state === "retained") {
      return { would: [], inTheWay: [] };
    }
    const { retentionDays = tenant.lifecycle.retentionDays, skipBackup = false } = options;
    const held = await heldObjects(cluster, namespaces);
    const volumes = await tenantVolumes(cluster, { name: tenant.name, namespaces });
    const unread = skipBackup ? [] : await unreadVolumes(tenant, cluster);
    return {
      would: [
        "end every credential of the tenant",
        ...(skipBackup ? [] : ["take a last backup"]),
        ...(await stops(tenant, servers.operator)),
        ...held.map(
          ({ object, finalizers }) => `remove ${object}, once ${finalizers.join(" and ")} let it go`,
        ),
        ...namespaces.map((name) => `remove the namespace ${name}`),
        ...volumes.map(({ name, reclaimPolicy }) => `leave volume ${name} to its policy ${reclaimPolicy}`),
        `keep backups, values in Vault and the key until ${lastDayKept(new Date(), retentionDays)}`,
      ],
      inTheWay: [
        ...(await foreignReferences(tenant, servers)).map((object) => `${object} still names the tenant`),
        ...(await returningObjects(cluster, namespaces)).map((object) => `${object} would bring it back`),
        ...unread.map((claim) => `no running pod has ${claim} mounted, and the backup would leave it out`),
      ],
    };
  });
}

export function dryRunPurge(options: PurgeOptions): Promise<DryRun> {
  return look(options, "purge", async (tenant, servers) => {
    const untimely = refusalOf(() => refuseUntimely(tenant, { ...options, confirmedName: tenant.name }));
    if (tenant.lifecycle.state !== "retained") {
      return { would: [], inTheWay: untimely };
    }
    const { certificate } = LeavingRecord.open(options, tenant);
    const { keyArn, prefix, volumes, secrets } = await shredLedger(certificate, servers);
    const using = await dependents(certificate.tenant, servers);
    return {
      would: [
        `delete ${prefix.versions} versions of ${prefix.objects} objects (${prefix.bytes} bytes) in ${prefix.location}`,
        ...(secrets.length > 0
          ? [`delete the secrets ${secrets.join(", ")}`]
          : ["delete the values in Vault"]),
        `schedule the end of ${keyArn}, and with it of all that it has encrypted`,
        ...volumes.map(({ name }) => `make copies of volume ${name} unreadable`),
      ],
      inTheWay: [...untimely, ...using.map((object) => `${object} still uses the key`)],
    };
  });
}

function look(
  options: TenantOptions,
  command: string,
  foresee: (tenant: Tenant, servers: LiveServers) => Promise<Prospect>,
): Promise<DryRun> {
  const { tenant: name } = options;
  return operate(options, { activity: `${command} --dry-run`, tenant: name }, async (operation) => {
    const tenant = readTenant(options, name);
    const prospect = await operation.step(
      "kubernetes",
      "look at what would be done",
      async () => foresee(tenant, await liveServers(options)),
      ({ would, inTheWay }) => ({ would: would.length, inTheWay: inTheWay.length }),
    );
    return { tenant: name, ...prospect };
  });
}

async function stops(tenant: Tenant, { cluster }: LiveServers["operator"]): Promise<string[]> {
  const namespaces = namespacesOf(tenant);
  const lost = await podsOnTheirOwn(cluster, namespaces);
  return [
    ...(await stoppableWorkloads(cluster, namespaces)).map(named("stop")),
    ...lost.map((pod) => `remove pod ${pod}, which no controller brings back`),
  ];
}

function named(verb: string) {
  return ({ kind, namespace, name, before }: Workload) =>
    `${verb} ${kind} ${namespace}/${name}${typeof before === "number" ? ` (${before} replicas)` : ""}`;
}

function namespacesOf({ namespaces }: Tenant): string[] {
  return namespaces.map(({ name }) => name);
}

function refusalOf(refuse: () => void): string[] {
  try {
    refuse();
    return [];
  } catch (error) {
    if (error instanceof RunFailure) {
      return [error.message];
    }
    throw error;
  }
}
