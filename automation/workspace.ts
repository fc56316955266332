/** Opens the stack of a tenant list, as the `pulumi` command would in the same folder. */

import * as fs from "node:fs";
import * as path from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
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
export async function openStack({
  stack: stackName,
  directory: workDir = process.cwd(),
  environment = {},
}: Project): Promise<Stack> {
  // A policy pack that lies in a package has no project beside it.
  const project = { TENANTRY_PROJECT: path.resolve(workDir), ...passphraseOf(workDir) };
  const envVars = { ...project, ...environment };
  const open = () => LocalWorkspace.createOrSelectStack({ stackName, workDir }, { envVars });
  try {
    return await open();
  } catch (error) {
    if (!isCutShort(error)) {
      throw error;
    }
    const { url = "" } = await (await LocalWorkspace.create({ workDir, envVars })).whoAmI();
    if (dropEmptyAttributes(url, workDir).length === 0) {
      throw error;
    }
    return open();
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
