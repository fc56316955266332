/** Stops what runs in a tenant's namespaces, remembers how much of it ran, and starts it again (R89). */

import { accepted, type Cluster } from "../cluster";
import { listAll, type LiveObject } from "../collection";
import { RunFailure } from "../outcome";
import { starting, stopping, type Amount, type Change } from "./changes";
import { collectionOf, stoppableKinds, type StoppableKind } from "./kinds";

/** A workload that was stopped, or started again. */
export interface Workload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** How it was before the suspension: its replicas, or whether it was suspended; undefined where no field says so. */
  readonly before: Amount | undefined;
}

/** How often a collection is gone through again because somebody changed an object meanwhile. */
const PASSES = 5;
const CONFLICT = 409;

/**
 * Stops every workload; what is stopped already is left alone.
 *
 * @returns what this call stopped.
 */
export function stopWorkloads(cluster: Cluster, namespaces: readonly string[]): Promise<Workload[]> {
  return change(cluster, namespaces, stoppableKinds, stopping);
}

/**
 * Starts what `stopWorkloads` stopped, as much of it as ran before.
 *
 * @returns what this call started.
 */
export function startWorkloads(cluster: Cluster, namespaces: readonly string[]): Promise<Workload[]> {
  return change(cluster, namespaces, [...stoppableKinds].reverse(), starting);
}

/** What `stopWorkloads` would stop; nothing is changed. */
export function stoppableWorkloads(cluster: Cluster, namespaces: readonly string[]): Promise<Workload[]> {
  return foresee(cluster, namespaces, stopping);
}

/** What `startWorkloads` would start; nothing is changed. */
export function startableWorkloads(cluster: Cluster, namespaces: readonly string[]): Promise<Workload[]> {
  return foresee(cluster, namespaces, starting);
}

type How = (kind: StoppableKind, object: LiveObject) => Change | undefined;

async function foresee(cluster: Cluster, namespaces: readonly string[], how: How): Promise<Workload[]> {
  const found: Workload[] = [];
  for (const kind of stoppableKinds) {
    for (const namespace of namespaces) {
      const objects = (await listAll(cluster, collectionOf(kind, namespace))) ?? [];
      for (const object of objects) {
        const wanted = how(kind, object);
        if (wanted !== undefined && isOfWeight(kind, wanted)) {
          found.push({ kind: kind.kind, namespace, name: object.metadata.name, before: wanted.before });
        }
      }
    }
  }
  return found;
}

async function change(
  cluster: Cluster,
  namespaces: readonly string[],
  kinds: readonly StoppableKind[],
  how: How,
): Promise<Workload[]> {
  const changed: Workload[] = [];
  for (const kind of kinds) {
    for (const namespace of namespaces) {
      changed.push(...(await changeCollection(cluster, namespace, kind, how)));
    }
  }
  return changed;
}

async function changeCollection(
  cluster: Cluster,
  namespace: string,
  kind: StoppableKind,
  how: How,
): Promise<Workload[]> {
  const path = collectionOf(kind, namespace);
  const changed: Workload[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    let conflicts = 0;
    for (const object of (await listAll(cluster, path)) ?? []) {
      const wanted = how(kind, object);
      if (wanted !== undefined) {
        const { name } = object.metadata;
        const reply = await cluster.request("PATCH", `${path}/${name}`, pinned(wanted.patch, object));
        if (reply.status === CONFLICT) {
          conflicts++;
        } else if (reply.status !== 404) {
          accepted(`change ${kind.kind} ${namespace}/${name}`, reply);
          changed.push(
            ...(isOfWeight(kind, wanted)
              ? [{ kind: kind.kind, namespace, name, before: wanted.before }]
              : []),
          );
        }
      }
    }
    if (conflicts === 0) {
      return changed;
    }
  }
  throw new RunFailure(
    "resource",
    `somebody keeps changing objects of kind ${kind.kind} in ${namespace}; stop whoever does, then run this again`,
  );
}

/** One that loses a stray mark is not changed in what it runs. */
function isOfWeight(kind: StoppableKind, { before }: Change): boolean {
  return before !== undefined || kind.switch === undefined;
}

/** Refused where the object has changed since it was read: what is remembered must be what was. */
function pinned(patch: object, { metadata: { resourceVersion } }: LiveObject): object {
  const { metadata = {} } = patch as { metadata?: object };
  return { ...patch, metadata: { ...metadata, resourceVersion } };
}
