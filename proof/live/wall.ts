/** Judges the wall between tenants: it stands around this tenant, denies every other, and nothing above it allows (R48). */

import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import { says } from "./subset";

export function judgeWall(
  tenant: Tenant,
  { cluster }: Platform,
  walls: readonly LiveObject[],
  ledger: Ledger,
): void {
  if (cluster.adminNetworkPolicy === "none") {
    return;
  }
  const { expect } = ledger.bench(tenant.name, "network");
  const object = `${cluster.adminNetworkPolicy} ${names.clusterObjectName(tenant.name)}`;
  const live = named(walls, names.clusterObjectName(tenant.name));
  expect(object, live !== undefined, "is missing");
  if (live !== undefined) {
    expect(object, says(live["spec"], wallOf(tenant)), "does not deny every other tenant in both directions");
  }
}

function wallOf({ id }: Tenant) {
  const others = {
    namespaces: {
      matchExpressions: [
        { key: labels.TENANT, operator: "Exists" },
        { key: labels.TENANT, operator: "NotIn", values: [id] },
      ],
    },
  };
  return {
    subject: { namespaces: { matchLabels: { [labels.TENANT]: id } } },
    ingress: [{ action: "Deny", from: [others] }],
    egress: [{ action: "Deny", to: [others] }],
  };
}
