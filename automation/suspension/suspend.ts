/** Puts a tenant to sleep: nothing runs, nobody gets in, everything stays (R89). */

import type { Tenant } from "../../model/tenant";
import type { TriedCredential, UntriedCredential } from "../credentials/canaries";
import { liveServers, type Servers } from "../live-servers";
import { operate, type Operation } from "../operation";
import { RunFailure } from "../outcome";
import { shuttingOut } from "./shut-out";
import { DEFAULT_TIMEOUT_SECONDS, type SuspendOptions } from "./options";
import { podsOnTheirOwn, removePods } from "./pods";
import { stopWorkloads, type Workload } from "./workloads";
import { readTenant } from "../tenant-files";
import { applyTenant } from "../tenant-run";
import { writeState } from "../tenant-state";
import type { Patience } from "../waiting";

export interface Suspension {
  readonly tenant: string;
  readonly state: "suspended";
  /** Whether anything was left to do. */
  readonly changed: boolean;
  /** What this run stopped, and how much of it ran. */
  readonly stopped: readonly Workload[];
  /** Pods that belonged to no controller: nothing brings them back. */
  readonly lostPods: readonly string[];
  /** Credentials that worked before and are refused now; none where the tenant was shut out already. */
  readonly tried: readonly TriedCredential[];
  readonly untried: readonly UntriedCredential[];
}

/**
 * Suspends a tenant. Its file says so first, and whatever is interrupted goes on when it is run again.
 *
 * @throws RunFailure `badInput` for a tenant that is leaving, `timeout` naming the pods that stay or the credentials that
 * still work.
 */
export function suspend(options: SuspendOptions): Promise<Suspension> {
  const { tenant: name, timeoutSeconds: seconds = DEFAULT_TIMEOUT_SECONDS, signal } = options;
  return operate(options, { activity: "suspend", tenant: name }, async (operation) => {
    const tenant = readTenant(options, name);
    refuseLeaving(tenant);
    const servers = await liveServers(options);
    const patience = { seconds, signal };
    let written = false;
    const trials = await shuttingOut(operation, tenant, servers, options, patience, async () => {
      written = await operation.step(
        "files",
        "write the state suspended",
        () => Promise.resolve(writeState(options, name, { state: "suspended" })),
        (changed) => ({ changed }),
      );
      await applyTenant(operation, options, "shut the tenant out");
    });
    const { stopped, lostPods } = await stopAll(operation, tenant, servers.operator, patience);
    const changed = written || stopped.length > 0 || lostPods.length > 0 || trials.tried.length > 0;
    return { tenant: name, state: "suspended", changed, stopped, lostPods, ...trials };
  });
}

/** Stops every workload and waits until no pod is left. */
export async function stopAll(
  operation: Operation,
  tenant: Tenant,
  { cluster }: Pick<Servers, "cluster">,
  patience: Patience,
): Promise<Pick<Suspension, "stopped" | "lostPods">> {
  const namespaces = tenant.namespaces.map(({ name }) => name);
  const stopped = await operation.step(
    "kubernetes",
    "stop the workloads",
    () => stopWorkloads(cluster, namespaces),
    (all) => ({ stopped: all.length }),
  );
  const lostPods = await podsOnTheirOwn(cluster, namespaces);
  if (lostPods.length > 0) {
    operation.note(`no controller brings back ${lostPods.join(", ")}`);
  }
  await operation.step(
    "kubernetes",
    "remove the pods",
    () => removePods(cluster, namespaces, patience),
    () => ({ lost: lostPods }),
  );
  return { stopped, lostPods };
}

function refuseLeaving({ name, lifecycle }: Tenant): void {
  if (lifecycle.state === "offboarding" || lifecycle.state === "retained") {
    throw new RunFailure(
      "badInput",
      `${name} is ${lifecycle.state}, where nothing runs any more; there is nothing to suspend`,
    );
  }
}
