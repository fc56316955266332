/** Judges the namespace's disruption budget (R38). */

import * as labels from "../../model/labels";
import type { Tenant, TenantNamespace } from "../../model/tenant";
import { named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import { says } from "./subset";

const NAME = "tenant-default";

export function judgeBudget(
  tenant: Tenant,
  namespace: TenantNamespace,
  budgets: readonly LiveObject[],
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "fairness");
  const object = `PodDisruptionBudget ${namespace.name}/${NAME}`;
  const live = named(budgets, NAME);
  expect(object, live !== undefined, "is missing");
  if (live !== undefined) {
    const spec = {
      selector: { matchLabels: { [labels.DISRUPTION_BUDGET]: "default" } },
      maxUnavailable: "50%",
    };
    expect(object, says(live["spec"], spec), "protects other pods, or another share of them, than declared");
  }
}
