/** One line of the audit log: a PROV-O Activity in JSON-LD, linked to the line before it by that line's hash (R93). */

import { createHash } from "node:crypto";
import { canonicalize } from "json-canonicalize";
import { z } from "zod";
import type { Agent } from "./agent";
import type { Facts, Plane } from "../progress";

/** Inline, so that every line can be read as JSON-LD without a network; plain names are Tenantry's own. */
const CONTEXT = {
  "@vocab": "https://tenantry.dev/audit#",
  prov: "http://www.w3.org/ns/prov#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
} as const;

/** What stands where the first line has no line before it. */
export const GENESIS = "0".repeat(64);

/** The step by which the log tells of a line that a crash left unfinished. */
export const MOVED_ASIDE = "move aside a line that was never finished";

/** One step of a command. */
export interface AuditedStep {
  readonly activity: string;
  readonly tenant?: string;
  readonly plane: Plane;
  readonly step: string;
  readonly began: Date;
  readonly ended: Date;
  readonly outcome: "done" | "failed";
  /** `planDigest` names the plan that the step carried out; everything else is what it brought about. */
  readonly facts?: Facts;
}

/** A file as it was when the step ended. */
export interface UsedFile {
  /** Relative to the project. */
  readonly file: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What every line holds that the chain is made of. */
export const linkSchema = z.looseObject({
  sequence: z.int().min(1),
  previous: z.string().regex(/^[0-9a-f]{64}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Link = z.output<typeof linkSchema>;

/** The entry of a step, before it has its place in the log. */
export function activityOf(
  id: string,
  list: string,
  { activity, tenant, plane, step, began, ended, outcome, facts = {} }: AuditedStep,
  agent: Agent,
  used: readonly UsedFile[],
): Record<string, unknown> {
  const { planDigest, ...others } = facts;
  return {
    "@context": CONTEXT,
    "@id": `urn:uuid:${id}`,
    "@type": "prov:Activity",
    activity,
    step,
    plane,
    list,
    ...(tenant !== undefined && { tenant }),
    outcome,
    ...(planDigest !== undefined && { planDigest }),
    "prov:startedAtTime": instant(began),
    "prov:endedAtTime": instant(ended),
    "prov:wasAssociatedWith": agent,
    "prov:used": used.map(({ file, sha256 }) => ({ "@type": "prov:Entity", file, sha256 })),
    ...(Object.keys(others).length > 0 && { "prov:generated": { "@type": "prov:Entity", ...others } }),
  };
}

function instant(date: Date) {
  return { "@type": "xsd:dateTime", "@value": date.toISOString() };
}

/** Puts an entry behind the line that is now the last. */
export function linked(entry: Readonly<Record<string, unknown>>, last: Link | undefined): Link {
  const placed = { ...entry, sequence: (last?.sequence ?? 0) + 1, previous: last?.hash ?? GENESIS };
  return { ...placed, hash: hashOf(placed) };
}

/** SHA-256 over the canonical JSON (RFC 8785) of everything but the hash itself. */
export function hashOf(entry: Readonly<Record<string, unknown>>): string {
  const content = Object.entries(entry).filter(([key]) => key !== "hash");
  return createHash("sha256")
    .update(canonicalize(Object.fromEntries(content)))
    .digest("hex");
}

/** The line as it is written: canonical too, so that one entry has one spelling. */
export function lineOf(entry: Link): string {
  return `${canonicalize(entry)}\n`;
}
