/**
 * Objects that finalizers hold (A240, F77). They are removed before their namespace is: with the namespace the operator's
 * rights in it end, and what is held then nobody could name or let go.
 */

import type { Cluster } from "../cluster";
import { listAll, type LiveObject } from "../collection";
import { accepted } from "../cluster";
import { servedKinds, type ServedKind } from "./kinds";
import { waitUntilNone, type Patience } from "../waiting";

/** An object that something holds. */
export interface HeldObject {
  /** As `kubectl` writes it: `configmaps tenant-acme/settings`. */
  readonly object: string;
  readonly finalizers: readonly string[];
  readonly path: string;
  readonly resourceVersion: string | undefined;
  readonly leaving: boolean;
}

export interface Released {
  readonly object: string;
  readonly finalizer: string;
}

/** Every object of the namespaces that has finalizers, of the kinds that tenants write. */
export async function heldObjects(cluster: Cluster, namespaces: readonly string[]): Promise<HeldObject[]> {
  const held: HeldObject[] = [];
  for (const kind of await servedKinds(cluster)) {
    for (const namespace of namespaces) {
      const collection = `/${kind.api}/namespaces/${namespace}/${kind.plural}`;
      held.push(
        ...((await listAll(cluster, collection)) ?? []).flatMap((one) => heldBy(one, kind, collection)),
      );
    }
  }
  return held;
}

function heldBy({ metadata }: LiveObject, { name }: ServedKind, collection: string): HeldObject[] {
  const { finalizers = [], namespace = "", resourceVersion, deletionTimestamp } = metadata;
  return finalizers.length === 0
    ? []
    : [
        {
          object: `${name} ${namespace}/${metadata.name}`,
          finalizers,
          path: `${collection}/${metadata.name}`,
          resourceVersion,
          leaving: deletionTimestamp !== undefined,
        },
      ];
}

/**
 * Removes every object that has finalizers and waits until their controllers have let go.
 *
 * @param approved finalizers that are taken away themselves, from objects that are on their way out and from no others.
 * @param told is told each time what is waited for, where that has changed.
 * @returns what was taken away.
 * @throws RunFailure `timeout` naming each object with its finalizers.
 */
export async function removeHeld(
  cluster: Cluster,
  namespaces: readonly string[],
  approved: readonly string[],
  patience: Patience,
  told: (left: readonly string[]) => void,
): Promise<Released[]> {
  const released: Released[] = [];
  let before = "";
  const pending = async () => {
    const held = await heldObjects(cluster, namespaces);
    for (const object of held) {
      released.push(...(await letGo(cluster, object, approved)));
    }
    const left = held.map(({ object, finalizers }) => `${object} (${finalizers.join(", ")})`);
    if (left.join() !== before) {
      before = left.join();
      told(left);
    }
    return left;
  };
  await waitUntilNone(
    pending,
    (left) =>
      `after ${patience.seconds} s these objects are held by finalizers: ${left.join("; ")}; have the controllers behind them finish, or approve by releaseFinalizers what may be taken away, then run this again`,
    patience,
  );
  return released;
}

async function letGo(cluster: Cluster, held: HeldObject, approved: readonly string[]): Promise<Released[]> {
  const { object, path, finalizers, resourceVersion, leaving } = held;
  if (!leaving) {
    const reply = await cluster.request("DELETE", `${path}?propagationPolicy=Background`);
    if (reply.status !== 404) {
      accepted(`remove ${object}`, reply);
    }
    return [];
  }
  const released = finalizers.filter((finalizer) => approved.includes(finalizer));
  if (released.length === 0) {
    return [];
  }
  const rest = finalizers.filter((finalizer) => !approved.includes(finalizer));
  const reply = await cluster.request("PATCH", path, { metadata: { finalizers: rest, resourceVersion } });
  if (reply.status === 404 || reply.status === 409) {
    return [];
  }
  accepted(`take ${released.join(", ")} away from ${object}`, reply);
  return released.map((finalizer) => ({ object, finalizer }));
}
