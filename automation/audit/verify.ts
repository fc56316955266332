/** Whether the audit log is the one that was written: every link, every hash, and every Event that announced one (R93). */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { canonicalize } from "json-canonicalize";
import { z } from "zod";
import { announcements, type Announcement, type VerifyOptions } from "./announced";
import { GENESIS, hashOf, linkSchema, MOVED_ASIDE, type Link } from "./entry";
import { auditFile, tornFile, tornSchema } from "./log";

export interface AuditFault {
  /** Counted from 1; one more than there are for what is missing at the end. */
  readonly line: number;
  readonly fault: string;
}

export interface AuditVerdict {
  /** Number of entries that were read. */
  readonly entries: number;
  /** Of the last entry; undefined for an empty log. */
  readonly head: { readonly sequence: number; readonly hash: string } | undefined;
  readonly faults: readonly AuditFault[];
  /** Beginnings of lines that crashes left and later commands moved aside: steps whose end is not known. */
  readonly torn: number;
  /** Events that the log was compared with. */
  readonly announced: number;
  /** Why it was compared with none, where the cluster could not be asked. */
  readonly unchecked?: string;
}

export async function verifyAudit(options: VerifyOptions): Promise<AuditVerdict> {
  const log = auditFile(options);
  const text = fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "";
  const lines = text.split("\n");
  const unfinished = lines.pop() ?? "";
  const entries = lines.map(read);
  const moved = movedAside(log);
  const announced = await announcements(options);
  const faults = [
    ...chainFaults(lines, entries),
    ...(unfinished === ""
      ? []
      : [{ line: lines.length + 1, fault: "was never finished; the next command moves it aside" }]),
    ...movedFaults(entries, moved),
    ...(typeof announced === "string" ? [] : announcementFaults(entries, announced)),
  ];
  const last = entries.findLast((entry) => entry !== undefined);
  return {
    entries: entries.filter((entry) => entry !== undefined).length,
    head: last && { sequence: last.sequence, hash: last.hash },
    faults,
    torn: moved.length,
    announced: typeof announced === "string" ? 0 : announced.length,
    ...(typeof announced === "string" && { unchecked: announced }),
  };
}

function read(line: string): Link | undefined {
  try {
    return linkSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** What is wrong with the chain itself. */
function chainFaults(lines: readonly string[], entries: readonly (Link | undefined)[]): AuditFault[] {
  let before: Link | undefined;
  return entries.flatMap((entry, index) => {
    const faults = entry === undefined ? ["is no entry"] : linkFaults(entry, lines[index] ?? "", before);
    // What follows is judged by the last line that could be read.
    before = entry ?? before;
    return faults.map((fault) => ({ line: index + 1, fault }));
  });
}

function linkFaults(entry: Link, line: string, before: Link | undefined): string[] {
  const expected = (before?.sequence ?? 0) + 1;
  const { sequence } = entry;
  const follows = entry.previous === (before?.hash ?? GENESIS);
  return [
    hashOf(entry) === entry.hash ? undefined : "was changed: its hash is not that of what it says",
    canonicalize(entry) === line ? undefined : "is spelt in another way than it was written",
    sequence > expected ? `follows a gap: ${range(expected, sequence - 1)} missing` : undefined,
    sequence < expected ? `stands in the wrong place or twice: it is entry ${sequence}` : undefined,
    sequence === expected && !follows
      ? `does not follow entry ${expected - 1}: that one was changed together with its hash, or another stood there`
      : undefined,
  ].filter((fault) => fault !== undefined);
}

function range(first: number, last: number): string {
  return first === last ? `entry ${first} is` : `entries ${first} to ${last} are`;
}

/** What stands in the file of unfinished lines, by the hash of its bytes. */
function movedAside(log: string): string[] {
  const file = tornFile(log);
  const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : [];
  const hashes = lines.flatMap((line) => {
    const torn = line === "" ? undefined : tornSchema.safeParse(parsed(line)).data;
    return torn === undefined
      ? []
      : [createHash("sha256").update(Buffer.from(torn.base64, "base64")).digest("hex")];
  });
  return [...new Set(hashes)];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

const movedEntry = z.looseObject({
  step: z.literal(MOVED_ASIDE),
  "prov:generated": z.looseObject({ sha256: z.string() }),
});

/** The log says by hash what was moved aside: it must still be there. */
function movedFaults(entries: readonly (Link | undefined)[], moved: readonly string[]): AuditFault[] {
  return entries.flatMap((entry, index) => {
    const told = movedEntry.safeParse(entry).data?.["prov:generated"].sha256;
    return told === undefined || moved.includes(told)
      ? []
      : [{ line: index + 1, fault: "tells of an unfinished line that is not kept beside the log any more" }];
  });
}

/** An Event is on a server that whoever edits the file does not hold: it finds a log that was cut short or written anew. */
function announcementFaults(
  entries: readonly (Link | undefined)[],
  announced: readonly Announcement[],
): AuditFault[] {
  const places = new Map(
    entries.flatMap((entry, index) => (entry ? [[entry.sequence, index] as const] : [])),
  );
  const last = Math.max(0, ...places.keys());
  const beyond = announced.filter(({ sequence }) => sequence > last);
  const newest = beyond.reduce((most, { sequence }) => Math.max(most, sequence), last);
  const cut = {
    line: entries.length + 1,
    fault: `is missing: Events announce entries up to ${newest}, and the log ends with ${last}`,
  };
  const others = announced.flatMap(({ event, sequence, hash }) => {
    const index = places.get(sequence);
    return index === undefined || entries[index]?.hash === hash
      ? []
      : [{ line: index + 1, fault: `is not entry ${sequence} as the Event ${event} announced it` }];
  });
  return beyond.length === 0 ? others : [...others, cut];
}
