/**
 * Live documents made of what the components declare, as servers would answer with them. So proof, which works out what
 * must be there from the model alone, is held against the components, and neither can drift from the other unseen.
 */

import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import { Platform } from "../../components/platform";
import { declareTenants } from "../../components/tenant-list";
import type { Tenant } from "../../model/tenant";
import { itemsOf, type LiveObject } from "../../proof/documents";
import type { Finding, Ledger } from "../../proof/ledger";
import { pathsOf, type LiveKinds } from "../../proof/live/kubernetes";
import { platform } from "../components/fixtures";
import { graphOf, type Declared } from "../components/graph";

/** What the platform and the tenants declare. */
export async function declared(tenants: readonly Tenant[]): Promise<Declared[]> {
  return graphOf(async () => {
    const cluster = new kubernetes.Provider("cluster", {});
    new Platform("platform", { platform, facts: platform }, { providers: [cluster] });
    await declareTenants(tenants, platform, [cluster]);
  });
}

/** The cluster that holds every declared object, and nothing else. */
export function clusterOf(graph: readonly Declared[]): LiveKinds {
  const live = Object.fromEntries(Object.keys(pathsOf(platform)).map((kind) => [kind, [] as unknown[]]));
  for (const { type, props, custom } of graph) {
    const kind = `${type.split(":").at(-1)}s`.toLowerCase().replace(/ys$/, "ies").replace(/sss$/, "sses");
    if (custom && type.startsWith("kubernetes:") && props["metadata"] !== undefined) {
      live[kind]?.push(JSON.parse(JSON.stringify(props)));
    }
  }
  const kinds = Object.entries(live).map(([kind, items]): [string, LiveObject[]] => [
    kind,
    itemsOf({ items }),
  ]);
  return Object.fromEntries(kinds) as unknown as LiveKinds;
}

type Add = Json & ((...items: Json[]) => number);

/** Any part of a live document, object or list, to be changed by a test. */
export interface Json {
  [key: string]: Json;
  push: Add;
  unshift: Add;
}

/** The same cluster after somebody changed the object of that kind and name. */
export function changed(
  live: LiveKinds,
  kind: keyof LiveKinds,
  name: string,
  change: (object: Json) => void,
): LiveKinds {
  const copy = structuredClone(live);
  const object = copy[kind].find(({ metadata }) => metadata.name === name);
  assert.ok(object, `no ${kind} ${name}`);
  change(object as unknown as Json);
  return copy;
}

/** The same cluster without that object. */
export function without(live: LiveKinds, kind: keyof LiveKinds, name: string): LiveKinds {
  const rest = live[kind].filter(({ metadata }) => metadata.name !== name);
  assert.equal(rest.length, live[kind].length - 1);
  return { ...live, [kind]: rest };
}

/** The same cluster with one object more. */
export function withMore(live: LiveKinds, kind: keyof LiveKinds, object: unknown): LiveKinds {
  return { ...live, [kind]: [...live[kind], ...itemsOf({ items: [object] })] };
}

/** Findings as sentences, as people read them. */
export function sentences({ findings }: Pick<Ledger, "findings">): string[] {
  return findings.map(
    ({ tenant, plane, object, fault }: Finding) => `${tenant}: ${plane}: ${object} ${fault}`,
  );
}
