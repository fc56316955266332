/** Writes into a tenant's file where in its life the tenant is; everything else in the file stays as it is. */

import type { Document } from "yaml";
import type { Lifecycle } from "../model/lifecycle";
import { changeTenantFile } from "./tenant-files";
import type { Project } from "./workspace";

/** The state, and of the other fields those that are given; `retainUntil` belongs to `retained` alone. */
export type NextState = Pick<Lifecycle, "state" | "retainUntil"> & Partial<Pick<Lifecycle, "retentionDays">>;

/**
 * @returns whether the file changed.
 * @throws RunFailure `badInput` with every fault of the changed file.
 */
export function writeState(project: Project, tenant: string, next: NextState): boolean {
  return changeTenantFile(project, tenant, (document) => {
    set(document, "state", next.state);
    set(document, "retainUntil", next.retainUntil);
    if (next.retentionDays !== undefined) {
      set(document, "retentionDays", next.retentionDays);
    }
  });
}

function set(document: Document, field: keyof Lifecycle, value: string | number | undefined): void {
  const path = ["lifecycle", field];
  if (value === undefined) {
    if (document.hasIn(path)) {
      document.deleteIn(path);
    }
  } else if (document.getIn(path) !== value) {
    document.setIn(path, value);
  }
}
