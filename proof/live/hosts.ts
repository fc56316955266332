/** Judges the tenant's listeners: its hosts, its routes, and no listener of another tenant on a host of its own (R50). */

import { isDeepStrictEqual } from "node:util";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { isLeaving, named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";

interface Listener {
  readonly hostname?: string;
  readonly allowedRoutes?: {
    readonly namespaces?: {
      readonly from?: string;
      readonly selector?: { readonly matchLabels?: unknown; readonly matchExpressions?: readonly unknown[] };
    };
  };
}

/** @param sets the ListenerSets of the gateway's namespace. */
export function judgeHosts(
  tenant: Tenant,
  { cluster }: Platform,
  sets: readonly LiveObject[],
  ledger: Ledger,
): void {
  if (cluster.gateway.api !== "gateway-api") {
    return;
  }
  const { expect } = ledger.bench(tenant.name, "gateway");
  const name = names.clusterObjectName(tenant.name);
  const object = `ListenerSet ${cluster.gatewayNamespace}/${name}`;
  const { hosts } = tenant.network;
  const own = named(sets, name);
  if (hosts.length === 0 && own !== undefined && isLeaving(own, tenant.id)) {
    return;
  }
  const listeners = listenersOf(own);
  expect(
    object,
    isDeepStrictEqual(listeners.map(({ hostname = "*" }) => hostname).sort(), [...hosts].sort()),
    `serves ${listeners.map(({ hostname = "every host" }) => hostname).join(", ") || "nothing"} instead of ${hosts.join(", ") || "nothing"}`,
  );
  expect(
    object,
    listeners.every((listener) => takesOnly(listener, tenant)),
    "takes routes of others than the tenant's namespaces",
  );
  for (const other of sets.filter(({ metadata }) => metadata.name !== name)) {
    const stolen = listenersOf(other).flatMap(({ hostname = "*" }) =>
      hosts.includes(hostname) ? [hostname] : [],
    );
    expect(
      `ListenerSet ${cluster.gatewayNamespace}/${other.metadata.name}`,
      stolen.length === 0,
      `serves ${stolen.join(", ")}, which is this tenant's`,
    );
  }
}

function listenersOf(set: LiveObject | undefined): readonly Listener[] {
  return ((set?.["spec"] ?? {}) as { listeners?: Listener[] }).listeners ?? [];
}

function takesOnly({ allowedRoutes }: Listener, { id }: Tenant): boolean {
  const { from, selector } = allowedRoutes?.namespaces ?? {};
  return (
    from === "Selector" &&
    isDeepStrictEqual({ ...(selector?.matchLabels as object | undefined) }, { [labels.TENANT]: id })
  );
}
