/** The file of the audit log: lines are added, one writer at a time, and what a crash left of one is moved aside (R93). */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { lineOf, linked, linkSchema, type Link } from "./entry";
import { withFileLock } from "./lock";
import { RunFailure } from "../outcome";
import type { Project } from "../workspace";

/** The log of a list, or of the platform. */
export function auditFile({ stack, directory = process.cwd() }: Project): string {
  return path.join(directory, "audit", `${stack}.jsonl`);
}

/** Where the beginnings of lines are kept that a crash cut short. */
export function tornFile(log: string): string {
  return log.replace(/\.jsonl$/, ".torn.jsonl");
}

/** The beginning of a line that was never finished. */
export const tornSchema = z.object({
  /** Of the last whole line before it; 0 where there was none. */
  after: z.int(),
  /** Of the bytes, hexadecimal. */
  sha256: z.string(),
  /** The bytes themselves: a crash cuts characters in two as well. */
  base64: z.string(),
});
export type Torn = z.output<typeof tornSchema>;

export interface Appended {
  readonly entry: Link;
  /** What was found unfinished at the end of the log and moved aside before this entry was added. */
  readonly torn?: Torn;
}

/**
 * Adds an entry and has it on disk before it returns.
 *
 * @throws RunFailure `failure` where the log cannot be read or written, or its end is no entry.
 */
export async function appendEntry(log: string, entry: Readonly<Record<string, unknown>>): Promise<Appended> {
  try {
    fs.mkdirSync(path.dirname(log), { recursive: true });
    return await withFileLock(log, () => addLine(log, entry));
  } catch (error) {
    if (error instanceof RunFailure) {
      throw error;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    const sentence = `the audit log ${log} cannot be written (${code ?? message}), and no step goes unrecorded; make room or give the right, then run this again`;
    throw new RunFailure("failure", sentence, { cause: error });
  }
}

function addLine(log: string, entry: Readonly<Record<string, unknown>>): Appended {
  const file = fs.openSync(log, "a+");
  try {
    const { whole, rest } = lastLine(file);
    const last = whole === "" ? undefined : readLink(whole, log);
    const torn = rest.length === 0 ? undefined : moveAside(log, file, rest, last?.sequence ?? 0);
    const added = linked(entry, last);
    writeAll(file, lineOf(added));
    return { entry: added, ...(torn !== undefined && { torn }) };
  } finally {
    fs.closeSync(file);
  }
}

/** Kept first and cut off then: a crash between the two keeps it twice and loses nothing. */
function moveAside(log: string, file: number, rest: Buffer, after: number): Torn {
  const sha256 = createHash("sha256").update(rest).digest("hex");
  const torn = { after, sha256, base64: rest.toString("base64") };
  fs.appendFileSync(tornFile(log), `${JSON.stringify(torn)}\n`, { flush: true });
  fs.ftruncateSync(file, fs.fstatSync(file).size - rest.length);
  return torn;
}

/** What a full disk took only a part of is taken back, so that the log ends with a whole line. */
function writeAll(file: number, line: string): void {
  const { size } = fs.fstatSync(file);
  try {
    const bytes = Buffer.from(line, "utf8");
    for (let written = 0; written < bytes.length;) {
      written += fs.writeSync(file, bytes, written);
    }
    fs.fsyncSync(file);
  } catch (error) {
    fs.ftruncateSync(file, size);
    throw error;
  }
}

const NEWLINE = 0x0a;
/** Bytes read at once from the end: a line has about a thousand. */
const CHUNK = 16_384;

/** The last whole line, and what stands behind it. */
function lastLine(file: number): { whole: string; rest: Buffer } {
  const { size } = fs.fstatSync(file);
  for (let length = Math.min(CHUNK, size); ; length = Math.min(length * 2, size)) {
    const tail = Buffer.alloc(length);
    fs.readSync(file, tail, 0, length, size - length);
    const end = tail.lastIndexOf(NEWLINE);
    const start = end < 1 ? -1 : tail.lastIndexOf(NEWLINE, end - 1);
    if (start >= 0 || length === size) {
      return {
        whole: tail.subarray(start + 1, Math.max(end, 0)).toString("utf8"),
        rest: tail.subarray(end + 1),
      };
    }
  }
}

function readLink(line: string, log: string): Link {
  const link = linkSchema.safeParse(parsed(line));
  if (!link.success) {
    const message = `the last line of the audit log ${log} is no entry, so that nothing can be linked to it; see tenantry audit verify`;
    throw new RunFailure("failure", message);
  }
  return link.data;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
