/** What suspending and resuming a tenant are given. */

import type { TenantOptions } from "../operation";

/** Seconds to wait for pods, and for credentials to be refused or workloads to be ready, unless told otherwise. */
export const DEFAULT_TIMEOUT_SECONDS = 300;

export interface SuspendOptions extends TenantOptions {
  /** Seconds that each wait may take; default 300. */
  readonly timeoutSeconds?: number;
}
