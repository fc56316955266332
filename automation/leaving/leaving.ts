/** One offboarding on its way: what it was asked for, and what it works with. */

import type { Tenant } from "../../model/tenant";
import type { LiveServers } from "../live-servers";
import type { LeavingRecord } from "./record";
import type { Operation, TenantOptions } from "../operation";
import type { Patience } from "../waiting";

/** Seconds that each wait may take, unless told otherwise: for the backup, for pods, for what finalizers hold. */
export const DEFAULT_TIMEOUT_SECONDS = 600;

export interface OffboardOptions extends TenantOptions {
  /** Days that the data is kept, 0 to 3650; default: the file's, else the tier's. */
  readonly retentionDays?: number;
  /** Leaves the last backup out; the certificate says so. */
  readonly skipBackup?: boolean;
  /** Finalizers that may be taken away from objects that they hold, for example `evil.example/hold`. */
  readonly releaseFinalizers?: readonly string[];
  /** Seconds that each wait may take; default 600. What is waited for goes on, and so does the next run. */
  readonly timeoutSeconds?: number;
}

export interface Leaving {
  readonly operation: Operation;
  readonly options: OffboardOptions;
  readonly tenant: Tenant;
  readonly servers: LiveServers;
  readonly record: LeavingRecord;
  readonly patience: Patience;
}
