/**
 * State in a folder: beside each file the engine writes one with its attributes, and that one not in a single stroke. A
 * run that is killed in between leaves it empty, and the engine then reads no state at all. Nothing is lost with it.
 */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const ATTRIBUTES = ".attrs";
/** What the engine says of such a file. */
const CUT_SHORT = /\bEOF\b|unexpected end of JSON input/;

/** Whether an error may come of attributes that were cut short. */
export function isCutShort(error: unknown): boolean {
  return error instanceof Error && CUT_SHORT.test(error.message);
}

/**
 * Takes away attributes that hold nothing; the engine does without.
 *
 * @param backend URL of the backend; nothing is done for one that is no folder.
 * @param directory that a relative URL starts from.
 * @returns paths of what was taken away.
 */
export function dropEmptyAttributes(backend: string, directory: string): string[] {
  const folder = folderOf(backend, directory);
  if (folder === undefined || !fs.existsSync(folder)) {
    return [];
  }
  const dropped = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ATTRIBUTES))
    .map((name) => path.join(folder, name))
    .filter((file) => fs.statSync(file, { throwIfNoEntry: false })?.size === 0);
  dropped.forEach((file) => fs.rmSync(file, { force: true }));
  return dropped;
}

/** The folder of a backend, by its URL; undefined where it is none. Relative ones start from `directory`. */
export function folderOf(backend: string, directory: string): string | undefined {
  const [, place] = /^file:\/\/([^?]*)/.exec(backend) ?? [];
  return place === undefined
    ? undefined
    : path.join(path.resolve(directory, place.replace(/^~(?=\/|$)/, os.homedir())), ".pulumi");
}
