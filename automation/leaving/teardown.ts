/**
 * Takes a tenant's namespaces away (A240, F77). What finalizers hold goes first, while the operator has rights in the
 * namespaces; then the program removes them and everything else that is no data.
 */

import { removeHeld } from "./held";
import type { Leaving } from "./leaving";
import { namespaceState, whileNamespacesLeave } from "./namespaces";
import { refuseReturns } from "./returns";
import { tenantVolumes } from "./volumes";
import { RunFailure } from "../outcome";
import { lastDayKept } from "./retention";
import { readTenant } from "../tenant-files";
import { applyTenant } from "../tenant-run";
import { writeState } from "../tenant-state";

/**
 * @throws RunFailure `resource` naming what would bring a namespace back, `timeout` naming what holds one.
 */
export async function tearDown(leaving: Leaving): Promise<void> {
  const { operation, tenant, servers } = leaving;
  const { cluster } = servers.operator;
  const namespaces = tenant.namespaces.map(({ name }) => name);
  await operation.step("kubernetes", "look for what would bring the namespaces back", () =>
    refuseReturns(cluster, namespaces),
  );
  const states = await Promise.all(namespaces.map((name) => namespaceState(cluster, name)));
  // In one that is leaving the operator has no rights any more.
  await release(
    leaving,
    states.filter(({ state }) => state === "stands").map(({ name }) => name),
  );
  await remove(leaving, namespaces);
}

async function release(leaving: Leaving, namespaces: readonly string[]): Promise<void> {
  const { operation, options, record, servers, patience } = leaving;
  const { cluster } = servers.operator;
  if (namespaces.length === 0) {
    return;
  }
  const volumes = await operation.step(
    "kubernetes",
    "write down the volumes",
    () => tenantVolumes(cluster, record.certificate.tenant),
    (all) => ({ volumes: all.map(({ name }) => name) }),
  );
  await record.write({ volumes });
  const released = await operation.step(
    "kubernetes",
    "remove what finalizers hold",
    () =>
      removeHeld(cluster, namespaces, options.releaseFinalizers ?? [], patience, (left) => {
        if (left.length > 0) {
          operation.note(`waiting for ${left.join("; ")}`);
        }
      }),
    (all) => ({ released: all.map(({ object, finalizer }) => `${finalizer} of ${object}`) }),
  );
  await record.write({ released: [...record.certificate.released, ...released] });
}

async function remove(leaving: Leaving, namespaces: readonly string[]): Promise<void> {
  const { operation, options, tenant, record, servers, patience } = leaving;
  const { cluster } = servers.operator;
  await operation.step(
    "files",
    "write the state retained",
    () => Promise.resolve(retain(leaving)),
    (changed) => ({ changed }),
  );
  await whileNamespacesLeave(
    cluster,
    namespaces,
    patience,
    (holding) => {
      if (holding.length > 0) {
        operation.note(`still there: ${holding.join("; ")}`);
      }
    },
    async (signal) => {
      // The backups stay in S3; what goes is Velero's way to them.
      const approve = [`${tenant.name}/backup`];
      const plan = await applyTenant(operation, options, "remove everything but the data", {
        approve,
        signal,
      });
      await record.write({ plans: [...record.certificate.plans, plan] });
    },
  );
  const states = await Promise.all(namespaces.map((name) => namespaceState(cluster, name)));
  const there = states.filter(({ state }) => state !== "gone").map(({ name }) => name);
  if (there.length > 0) {
    throw new RunFailure(
      "resource",
      `the program removed everything but the data, and yet there are ${there.join(", ")}; find out who made them, then run this again`,
    );
  }
}

/** The date is that of the first run that came so far. */
function retain({ options, tenant }: Leaving): boolean {
  const { lifecycle } = readTenant(options, tenant.name);
  const { retainUntil = lastDayKept(new Date(), lifecycle.retentionDays) } = lifecycle;
  return writeState(options, tenant.name, { state: "retained", retainUntil });
}
