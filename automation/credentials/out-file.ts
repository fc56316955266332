/** Files that hold credentials: in `out/`, readable by their owner alone, never in Git (R11). */

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { RunFailure } from "../outcome";
import { writeWhole } from "../tenant-files";
import type { Project } from "../workspace";

const execute = promisify(execFile);

/**
 * The path of such a file, in a folder that is there.
 *
 * @throws RunFailure `badInput` where Git knows the file or would take it.
 */
export async function outFile({ directory = process.cwd() }: Project, name: string): Promise<string> {
  const folder = path.join(directory, "out");
  const file = path.join(folder, name);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const git = (...args: string[]) =>
    execute("git", ["-C", folder, ...args]).then(
      () => true,
      () => false,
    );
  if ((await git("rev-parse", "--is-inside-work-tree")) && !(await git("check-ignore", "--quiet", file))) {
    throw new RunFailure(
      "badInput",
      `Git would take ${file}, and it holds a credential; add out/ to .gitignore`,
    );
  }
  return file;
}

/** Writes what only the owner of the process may read. */
export function writeSecret(file: string, content: unknown): void {
  // JSON, which every reader of YAML reads.
  writeWhole(file, `${JSON.stringify(content, undefined, 2)}\n`, 0o600);
}
