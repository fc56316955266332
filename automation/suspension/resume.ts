/** Wakes a tenant that was suspended, or whose offboarding is called off before its namespaces are gone (R89). */

import { liveServers } from "../live-servers";
import { operate } from "../operation";
import { RunFailure } from "../outcome";
import { DEFAULT_TIMEOUT_SECONDS, type SuspendOptions } from "./options";
import { waitUntilReady } from "./readiness";
import { startWorkloads, type Workload } from "./workloads";
import { readTenant } from "../tenant-files";
import { applyTenant } from "../tenant-run";
import { writeState } from "../tenant-state";

export interface Resumption {
  readonly tenant: string;
  readonly state: "active";
  /** Whether anything was left to do. */
  readonly changed: boolean;
  /** What this run started, and how much of it. */
  readonly started: readonly Workload[];
}

/**
 * Brings a tenant back as it was. Its credentials are new: accounts and logins are made anew, so that what was handed out
 * before stays dead; ask for others by `kubeconfig` and `rotate`.
 *
 * @throws RunFailure `badInput` for a tenant of which only data is left, `timeout` naming the workloads that are started
 * and not ready.
 */
export function resume(options: SuspendOptions): Promise<Resumption> {
  const { tenant: name, timeoutSeconds: seconds = DEFAULT_TIMEOUT_SECONDS, signal } = options;
  return operate(options, { activity: "resume", tenant: name }, async (operation) => {
    const tenant = readTenant(options, name);
    if (tenant.lifecycle.state === "retained") {
      throw new RunFailure(
        "badInput",
        `${name} has left, and only its data is kept, until ${tenant.lifecycle.retainUntil}; to have it back, write lifecycle.state: active in place of retained and its date into the file, run up, and restore its last backup`,
      );
    }
    const { operator } = await liveServers(options);
    const namespaces = tenant.namespaces.map((namespace) => namespace.name);
    const written = await operation.step(
      "files",
      "write the state active",
      () => Promise.resolve(writeState(options, name, { state: "active" })),
      (changed) => ({ changed }),
    );
    await applyTenant(operation, options, "let the tenant in again");
    const started = await operation.step(
      "kubernetes",
      "start the workloads",
      () => startWorkloads(operator.cluster, namespaces),
      (all) => ({ started: all.length }),
    );
    await operation.step("kubernetes", "wait until they are ready", () =>
      waitUntilReady(operator.cluster, started, { seconds, signal }),
    );
    return { tenant: name, state: "active", changed: written || started.length > 0, started };
  });
}
