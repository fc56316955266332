/** One step of a command that has the engine make one tenant's file true, and nothing else. */

import type { Operation, TenantOptions } from "./operation";
import { PlanDigest } from "./plan-digest";
import { up, type UpOptions } from "./run";

export interface CarriedOut {
  readonly step: string;
  /** SHA-256 of what the engine did to each resource. */
  readonly digest: string;
}

/** @param more for the run, for example what may be lost. */
export async function applyTenant(
  operation: Operation,
  options: TenantOptions,
  step: string,
  more: Pick<UpOptions, "approve" | "signal"> = {},
): Promise<CarriedOut> {
  const { stack, directory, environment, signal, tenant } = options;
  const digest = new PlanDigest();
  await operation.step(
    "state",
    step,
    () => up({ stack, directory, environment, signal, ...more, only: tenant, onEvent: digest.add }),
    () => ({ planDigest: digest.value() }),
  );
  return { step, digest: digest.value() };
}
