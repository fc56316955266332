/** zod's issues in the house's words: the value, what is wrong with it, what to write. */

import type { z } from "zod";
import { shown } from "./fault";
import { valueAt } from "./position";
import type { Path } from "./rules";

export interface Sentence {
  readonly path: Path;
  readonly message: string;
  /** Points at the key rather than at its value. */
  readonly onKey: boolean;
}

type Issue = z.core.$ZodIssue;

/** A map with more unknown fields than these is something else altogether. */
const MOST_UNKNOWN_FIELDS = 20;

/** One sentence for each thing that an issue finds wrong in the value. */
export function sentences(
  issue: Issue,
  document: unknown,
  fieldsAt: (path: Path) => readonly string[],
): Sentence[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, MOST_UNKNOWN_FIELDS).map((key) => ({
      path: [...path, key],
      message: `is no field here; ${nearest(key, fieldsAt(path))}`,
      onKey: true,
    }));
  }
  return [{ path, message: messageOf(issue, valueAt(document, path)), onKey: false }];
}

function messageOf(issue: Issue, value: unknown): string {
  if (value === undefined) {
    // Rules over several fields say why one is needed.
    return issue.code === "custom" ? `is missing: it ${issue.message}` : "is missing; write it";
  }
  // Texts of the schema itself begin in lower case and follow the value.
  if (/^[a-z]/.test(issue.message)) {
    return `${shown(value)} ${issue.message}`;
  }
  if (value === null) {
    return `is empty; ${issue.code === "invalid_type" ? wanted(issue.expected, value) : "write a value"}`;
  }
  switch (issue.code) {
    case "invalid_type":
      return `${shown(value)} is ${kindOf(value)}; ${wanted(issue.expected, value)}`;
    case "invalid_union":
      return `${shown(value)} is ${kindOf(value)}; write text or a number`;
    case "invalid_value":
      return `${shown(value)} is none of the choices; write ${issue.values.map(String).join(" or ")}`;
    case "too_small":
      return tooSmall(issue.origin, Number(issue.minimum), value);
    case "too_big":
      return tooBig(issue.origin, Number(issue.maximum), value);
    default:
      return `${shown(value)}: ${issue.message}`;
  }
}

function tooSmall(origin: string, minimum: number, value: unknown): string {
  switch (origin) {
    case "string":
      return `${shown(value)} is empty; write something or leave the field out`;
    case "array":
      return `lists nothing; list at least ${minimum}, or leave the field out where it may be`;
    default:
      return `${shown(value)} is below ${minimum}; write ${minimum} or more`;
  }
}

function tooBig(origin: string, maximum: number, value: unknown): string {
  switch (origin) {
    case "string":
      return `${shown(value)} has ${String(value).length} characters; write at most ${maximum}`;
    case "array":
      return `lists more than ${maximum}; write fewer`;
    default:
      return `${shown(value)} is above ${maximum}; write ${maximum} or less`;
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) {
    return "a list";
  }
  if (typeof value === "number" && !Number.isInteger(value)) {
    return "a fraction";
  }
  return (
    { string: "text", number: "a number", boolean: "a truth value", object: "a map" }[
      typeof value as string
    ] ?? typeof value
  );
}

function wanted(expected: string, value: unknown): string {
  switch (expected) {
    case "string":
      return typeof value === "object" ? "write text" : "put it in quotes to make it text";
    case "array":
      return "write a list";
    case "object":
    case "record":
      return "write a map of fields";
    case "boolean":
      return "write true or false";
    case "int":
    case "number":
      return "write a whole number";
    default:
      return `write ${expected}`;
  }
}

/** The field that was probably meant, or all there are. */
export function nearest(key: string, fields: readonly string[]): string {
  if (fields.length === 0) {
    return "take it out";
  }
  const [closest] = fields
    .map((field) => ({ field, distance: distance(key.toLowerCase(), field.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return closest !== undefined && closest.distance <= Math.max(1, Math.floor(key.length / 3))
    ? `did you mean ${closest.field}?`
    : `there are ${fields.join(", ")}`;
}

/** Edit distance in which swapping two neighbours is one edit: the slip that fingers make. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [
    i,
    ...Array.from({ length: b.length }, () => 0),
  ]);
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      const row = rows[i] ?? [];
      if (i === 0 || j === 0) {
        row[j] = i + j;
        continue;
      }
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? at(i - 2, j - 2) + 1
          : Number.POSITIVE_INFINITY;
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + Number(a[i - 1] !== b[j - 1]),
        swap,
      );
    }
  }
  return at(a.length, b.length);
}
