/** Opens the stack of a tenant list, as the `pulumi` command would in the same folder. */

import * as fs from "node:fs";
import * as path from "node:path";
import {
  LocalWorkspace,
  StackNotFoundError,
  type LocalProgramArgs,
  type LocalWorkspaceOptions,
  type Stack,
} from "@pulumi/pulumi/automation";
import { dropEmptyAttributes, isCutShort } from "./engine/file-state";

export interface Project {
  /** The stack: `platform`, or a tenant list's folder under `tenants/`. */
  readonly stack: string;
  /** Folder of `Pulumi.yaml`; default: the current one. */
  readonly directory?: string;
  /** Set for the run, over what the process has: credentials, `PULUMI_BACKEND_URL`, `PULUMI_HOME` … */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What opens the secrets of a state that lies in a folder of the project; kept out of Git. */
export const PASSPHRASE_FILE = ".passphrase";

/** The stack, made if the backend does not know it. The program runs from disk in a process of its own. */
export function openStack(project: Project): Promise<Stack> {
  return opened(project, (program, options) => LocalWorkspace.createOrSelectStack(program, options));
}

/** The stack, to look at; undefined where the backend does not know it, and nothing is made. */
export async function knownStack(project: Project): Promise<Stack | undefined> {
  try {
    return await opened(project, (program, options) => LocalWorkspace.selectStack(program, options));
  } catch (error) {
    if (error instanceof StackNotFoundError) {
      return undefined;
    }
    throw error;
  }
}

async function opened(
  { stack: stackName, directory: workDir = process.cwd(), environment = {} }: Project,
  open: (program: LocalProgramArgs, options: LocalWorkspaceOptions) => Promise<Stack>,
): Promise<Stack> {
  // A policy pack that lies in a package has no project beside it.
  const project = { TENANTRY_PROJECT: path.resolve(workDir), ...passphraseOf(workDir) };
  const envVars = { ...project, ...environment };
  try {
    return await open({ stackName, workDir }, { envVars });
  } catch (error) {
    if (!isCutShort(error)) {
      throw error;
    }
    const { url = "" } = await (await LocalWorkspace.create({ workDir, envVars })).whoAmI();
    if (dropEmptyAttributes(url, workDir).length === 0) {
      throw error;
    }
    return open({ stackName, workDir }, { envVars });
  }
}

/** The project's own passphrase, where nobody names another. */
function passphraseOf(directory: string): Record<string, string> {
  const file = path.resolve(directory, PASSPHRASE_FILE);
  const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: other } = process.env;
  return phrase === undefined && other === undefined && fs.existsSync(file)
    ? { PULUMI_CONFIG_PASSPHRASE_FILE: file }
    : {};
}
