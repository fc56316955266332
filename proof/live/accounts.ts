/** Judges the ServiceAccounts that hold the tenant's roles: no pod gets their tokens unasked (R10, R11). */

import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import { boundRoles } from "../../model/roles";
import type { Tenant, TenantNamespace } from "../../model/tenant";
import { named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";

export function judgeAccounts(
  tenant: Tenant,
  namespace: TenantNamespace,
  accounts: readonly LiveObject[],
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "access");
  for (const role of presenceOf(tenant).runs ? boundRoles : []) {
    const account = names.accessAccount(role);
    const object = `ServiceAccount ${namespace.name}/${account}`;
    const live = named(accounts, account);
    expect(object, live !== undefined, "is missing");
    // Kubernetes mounts the token where nothing is said.
    expect(
      object,
      live === undefined || live["automountServiceAccountToken"] === false,
      "puts its token into every pod that runs as it",
    );
  }
}
