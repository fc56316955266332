/** What is written into one workload so that it stops, or runs again as before (R89). */

import { z } from "zod";
import * as labels from "../../model/labels";
import type { LiveObject } from "../collection";
import { isFollower, type StoppableKind, type Switch } from "./kinds";

/** How much of a workload runs: replicas, or whether it is suspended. */
export type Amount = number | boolean;

export interface Change {
  /** A merge patch. */
  readonly patch: { readonly metadata: object; readonly spec?: object };
  /** The amount before the suspension. */
  readonly before?: Amount;
}

/** Stops an object and writes down what it was; undefined where it is stopped or none of ours to stop. */
export function stopping(kind: StoppableKind, object: LiveObject): Change | undefined {
  const { switch: by, concerns } = kind;
  if (by === undefined) {
    return remembered(object) === undefined ? { patch: marked(UNSWITCHED) } : undefined;
  }
  const before = amountOf(by, object);
  const spared = isFollower(kind, object) || isLeaving(object) || !concerns(object);
  return before === undefined || before === by.off || spared
    ? undefined
    : { patch: { ...marked(JSON.stringify(before)), spec: { [by.field]: by.off } }, before };
}

/** Starts an object as it was; undefined where nobody stopped it. */
export function starting(kind: StoppableKind, object: LiveObject): Change | undefined {
  const { switch: by } = kind;
  const mark = remembered(object);
  if (mark === undefined || isLeaving(object)) {
    return undefined;
  }
  // What runs already or follows its owner, and a mark that nobody here wrote, only lose the mark.
  const stopped = by !== undefined && amountOf(by, object) === by.off && !isFollower(kind, object);
  const before = stopped ? readMark(mark, by) : undefined;
  return by === undefined || before === undefined
    ? { patch: marked(null) }
    : { patch: { ...marked(null), spec: { [by.field]: before } }, before };
}

/** The mark of a kind that no field stops. */
const UNSWITCHED = "running";
/** What the API server takes a missing field for. */
const DEFAULTS: Readonly<Record<string, Amount>> = { replicas: 1, suspend: false, minReplicas: 1 };

const amount = z.union([z.int().min(0), z.boolean()]);

function amountOf({ field }: Switch, { spec }: LiveObject): Amount | undefined {
  return amount.safeParse(spec?.[field] ?? DEFAULTS[field]).data;
}

function readMark(mark: string, { off }: Switch): Amount | undefined {
  try {
    const { data } = amount.safeParse(JSON.parse(mark));
    return typeof data === typeof off ? data : undefined;
  } catch {
    return undefined;
  }
}

function remembered({ metadata }: LiveObject): string | undefined {
  return metadata.annotations?.[labels.BEFORE_SUSPENSION];
}

function marked(value: string | null) {
  return { metadata: { annotations: { [labels.BEFORE_SUSPENSION]: value } } };
}

function isLeaving({ metadata }: LiveObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}
