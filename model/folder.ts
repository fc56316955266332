/** The folder of a tenant list: which files are tenants', and what else lies there. */

import * as fs from "node:fs";
import * as path from "node:path";
import { printable, type Fault } from "./fault";

/** The most tenants of one list. More belong on another cluster: etcd and the CNI come first to their limits (R96). */
const MAX_TENANTS = 4000;
/** What editors leave behind; every other file must be a tenant's. */
const IGNORED = /^\.(DS_Store|gitkeep|.*\.sw[a-p])$|^#.*#$|~$|^\.#/;

/**
 * Names of a list's tenant files, in order, and a fault for whatever is none.
 *
 * @param drafts names of files that are not written yet.
 */
export function tenantFiles(
  directory: string,
  drafts: readonly string[] = [],
): { files: string[]; faults: Fault[] } {
  const fault = (file: string, message: string): Fault => ({ file, line: 1, column: 1, path: "", message });
  const refuse = (message: string) => ({ files: [], faults: [fault(directory, message)] });
  const entries = namesIn(directory);
  if (typeof entries === "string") {
    return refuse(entries);
  }
  const candidates = [...new Set([...entries, ...drafts])].filter((entry) => !IGNORED.test(entry)).sort();
  if (candidates.length > MAX_TENANTS) {
    return refuse(
      `holds ${candidates.length} files; a list holds at most ${MAX_TENANTS} tenants: put the rest into another list, on another cluster`,
    );
  }
  if (candidates.length === 0 && !entries.includes(".gitkeep")) {
    return refuse(
      "holds no tenant file, which would remove every tenant; if that is meant, put an empty file .gitkeep there",
    );
  }
  const faults = candidates
    .filter((entry) => !entry.endsWith(".yaml"))
    .map((entry) => path.join(directory, entry))
    .map((file) => fault(file, strangerSentence(file)));
  return { files: candidates.filter((entry) => entry.endsWith(".yaml")), faults };
}

/** What lies in a folder, or why one cannot tell. */
function namesIn(directory: string): string[] | string {
  try {
    return fs.readdirSync(directory);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return code === "ENOENT" || code === "ENOTDIR"
      ? `is no folder; ${existingLists(directory)}`
      : `cannot be read: ${code}`;
  }
}

/** More names than these help nobody who mistyped one. */
const MOST_NAMES = 20;

function existingLists(directory: string): string {
  const lists = foldersIn(path.dirname(directory));
  const more = lists.length > MOST_NAMES ? `, and ${lists.length - MOST_NAMES} more` : "";
  return lists.length === 0
    ? "make it and put a tenant file there"
    : `the lists are ${lists.slice(0, MOST_NAMES).map(printable).join(", ")}${more}`;
}

function foldersIn(directory: string): string[] {
  try {
    return fs
      .readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    return []; // the names are a help only
  }
}

function strangerSentence(file: string): string {
  if (file.endsWith(".yml")) {
    return "ends in .yml; rename it to .yaml";
  }
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory()
    ? "is a folder; a list holds tenant files only"
    : "is no tenant file; name tenant files <name>.yaml and keep everything else elsewhere";
}
