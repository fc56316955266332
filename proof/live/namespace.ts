/** Judges the boundary: the namespace, whose it is, its Pod Security level (R18, R33, R39). */

import * as labels from "../../model/labels";
import { listedEgress } from "../../model/listed-egress";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant, TenantNamespace } from "../../model/tenant";
import type { LiveObject } from "../documents";
import type { Ledger } from "../ledger";

export function judgeNamespace(
  tenant: Tenant,
  namespace: TenantNamespace,
  platform: Platform,
  live: LiveObject | undefined,
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "namespace");
  const object = `Namespace ${namespace.name}`;
  expect(object, live !== undefined, "is missing");
  if (live === undefined) {
    return;
  }
  expect(object, live.metadata.deletionTimestamp === undefined, "is being deleted");
  const declared = {
    ...labels.tenantLabels(tenant),
    ...labels.podSecurityLabels(tenant.podSecurity, platform.cluster.podSecurityVersion, "restricted"),
    ...(namespace.environment === undefined ? {} : { [labels.ENVIRONMENT]: namespace.environment }),
    [labels.POOL]: tenant.pool.name,
    [labels.RUNTIME_CLASS]: tenant.runtime && names.runtimeClassName(tenant.runtime),
    [labels.LOAD_BALANCERS]: namespace.quota.loadBalancers > 0 ? "true" : undefined,
    [labels.NODE_PORTS]: namespace.quota.nodePorts > 0 ? "true" : undefined,
    [labels.ALLOW_ROOT]: tenant.podSecurity === "baseline" ? "true" : undefined,
  };
  for (const [label, value] of Object.entries(declared)) {
    const found = live.metadata.labels[label];
    expect(object, found === value, `has label ${label}=${found ?? "none"} instead of ${value ?? "none"}`);
  }
  const owners = live.metadata.annotations[labels.OWNERS] ?? "nobody";
  const wanted = tenant.owners.join(",");
  expect(object, owners === wanted, `names ${owners} as owners instead of ${wanted}`);
  const grants = {
    [labels.HOSTS]: tenant.network.hosts.join(","),
    [labels.EGRESS]: listedEgress(tenant.network.egress),
  };
  for (const [annotation, value] of Object.entries(grants)) {
    const found = live.metadata.annotations[annotation] ?? "";
    expect(
      object,
      found === value,
      `has annotation ${annotation}=${found || "none"} instead of ${value || "none"}`,
    );
  }
}
