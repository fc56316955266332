/** Judges the ServiceAccount that reconciles the tenant's workloads: no pod gets its token unasked (R10). */

import * as names from "../../model/names";
import type { Tenant, TenantNamespace } from "../../model/tenant";
import { named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";

export function judgeReconciler(
  tenant: Tenant,
  namespace: TenantNamespace,
  accounts: readonly LiveObject[],
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "access");
  const object = `ServiceAccount ${namespace.name}/${names.RECONCILER}`;
  const live = named(accounts, names.RECONCILER);
  expect(object, live !== undefined, "is missing");
  // Kubernetes mounts the token where nothing is said.
  expect(
    object,
    live === undefined || live["automountServiceAccountToken"] === false,
    "puts its token into every pod that runs as it",
  );
}
