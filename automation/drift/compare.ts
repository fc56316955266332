/** Where a live object does not say what the declared one says. What servers add beside it is no difference. */

import { isDeepStrictEqual } from "node:util";
import { quantity } from "../../model/quantity";

export interface Difference {
  /** Of the field, for example `spec.egress.0.ports`. */
  readonly field: string;
  readonly declared: string;
  readonly live: string;
}

/** What was seen of a live object. */
export type Sight =
  | { readonly seen: "missing" }
  /** This identity may not look; whoever judges the object otherwise has to. */
  | { readonly seen: "hidden" }
  | { readonly seen: "live"; readonly differences: readonly Difference[] };

/** What the engine shows in place of a secret, and of what no server has said yet. */
const SECRET = "[secret]";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Marks a map as a secret, an output or another of the engine's own values. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** Longer values are told by their size. */
const SHOWN = 60;

/** Lists must be of one length: one more rule in a list is one more permission. */
export function differences(live: unknown, declared: unknown, field = ""): Difference[] {
  if (isHidden(declared) || (isEmpty(declared) && isEmpty(live))) {
    return [];
  }
  if (Array.isArray(declared) && Array.isArray(live) && declared.length === live.length) {
    return declared.flatMap((item, index) => differences(live[index], item, join(field, String(index))));
  }
  if (isMap(declared) && isMap(live)) {
    return Object.entries(declared).flatMap(([key, value]) =>
      differences(live[key], value, join(field, key)),
    );
  }
  return isSame(live, declared) ? [] : [{ field, declared: shown(declared), live: shown(live) }];
}

/** Whether two documents of policies or settings mean the same: servers write JSON in their own way. */
export function sameDocument(live: string, declared: string): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(live), JSON.parse(declared));
  } catch {
    return live.trim() === declared.trim();
  }
}

function isHidden(declared: unknown): boolean {
  return declared === SECRET || declared === UNKNOWN || (isMap(declared) && SIGNATURE in declared);
}

/** API servers leave out what is empty. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0) ||
    (isMap(value) && Object.keys(value).length === 0)
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `0.5` and `500m` are one quantity, and a port may come as a number or as its digits. */
function isSame(live: unknown, declared: unknown): boolean {
  if (live === declared) {
    return true;
  }
  const [one, other] = [live, declared].map((value) =>
    typeof value === "string" || typeof value === "number" ? String(value).trim() : undefined,
  );
  if (one === undefined || other === undefined) {
    return false;
  }
  const amount = quantity(one);
  return one === other || (amount !== undefined && amount === quantity(other));
}

function join(field: string, key: string): string {
  return field === "" ? key : `${field}.${key}`;
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === undefined ? "nothing" : text.length > SHOWN ? `${text.length} characters` : text;
}
