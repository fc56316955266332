/** Commits of a single file, whatever else is staged or changed in the repository. */

import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { engineEnvironment } from "../identity";
import { RunFailure } from "../outcome";
import type { Project } from "../workspace";

const execute = promisify(execFile);

/** @throws RunFailure `badInput` where the project lies in no repository, or Git would not take the file. */
export async function refuseUncommittable(project: Project, file: string): Promise<void> {
  if (!(await succeeds(project, "rev-parse", "--is-inside-work-tree"))) {
    throw new RunFailure(
      "badInput",
      `${path.resolve(project.directory ?? ".")} lies in no Git repository that a file could be committed to; make one by git init`,
    );
  }
  if (await succeeds(project, "check-ignore", "--quiet", "--", within(project, file))) {
    throw new RunFailure("badInput", `Git ignores ${file}; take it out of .gitignore to commit it`);
  }
}

/** Whether the last commit has the file. */
export function isCommitted(project: Project, file: string): Promise<boolean> {
  return succeeds(project, "cat-file", "-e", `HEAD:./${within(project, file)}`);
}

/**
 * Commits this file alone, new or removed; the repository's hooks and settings hold.
 *
 * @throws RunFailure `failure` in Git's own words; the file is then no longer staged.
 */
export async function commitOnly(project: Project, file: string, message: string): Promise<void> {
  const name = within(project, file);
  try {
    await git(project, "add", "--all", "--", name);
    await git(project, "commit", "--quiet", "--only", "--message", message, "--", name);
  } catch (error) {
    await succeeds(project, "reset", "--quiet", "--", name);
    const { stderr = "" } = error as { stderr?: string };
    const words = stderr.trim() || (error instanceof Error ? error.message : String(error));
    throw new RunFailure("failure", `Git did not commit ${name}: ${words}`, { cause: error });
  }
}

function git(project: Project, ...args: string[]) {
  return execute("git", ["-C", project.directory ?? ".", ...args], { env: engineEnvironment(project) });
}

function succeeds(project: Project, ...args: string[]): Promise<boolean> {
  return git(project, ...args).then(
    () => true,
    () => false,
  );
}

/** The file as Git wants it: relative to the folder that it runs in. */
function within({ directory = "." }: Project, file: string): string {
  return path.relative(directory, file).split(path.sep).join("/");
}
