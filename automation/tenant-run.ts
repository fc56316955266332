/** One step of a command that has the engine make one tenant's file true, and nothing else. */

import type { Operation, TenantOptions } from "./operation";
import { up, type UpOptions } from "./engine/run";

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
  const { tenant } = options;
  const { planDigest } = await operation.step(
    "state",
    step,
    () => up({ ...options, ...more, within: operation, only: tenant }),
    (result) => ({ planDigest: result.planDigest }),
  );
  return { step, digest: planDigest };
}
