import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../command";

/** How to recognise an installed program of exactly the version that is pinned. */
export interface Installed {
  /** Programs that must lie in one folder; the first is asked for its version. */
  readonly programs: readonly string[];
  readonly versionArgs: readonly string[];
  /** What the answer holds, and only that version's answer. */
  readonly versionText: RegExp;
}

/**
 * Finds a folder on PATH that holds the programs at exactly the pinned version. Any other version is passed over, not
 * used: kept state, stand-ins and refusals are tried against one version, and a sandbox that differs from one laptop
 * to the next proves nothing.
 */
export async function findInstalled(wanted: Installed): Promise<string | undefined> {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const folder = folders.find((candidate) => isExecutable(join(candidate, wanted.programs[0] ?? "")));
  if (!folder || !wanted.programs.every((program) => isExecutable(join(folder, program)))) {
    return undefined;
  }
  try {
    const answer = await run(join(folder, wanted.programs[0] ?? ""), wanted.versionArgs);
    return wanted.versionText.test(answer) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file is there and may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
