/** Opens the stack of a tenant list, as the `pulumi` command would in the same folder. */

import * as fs from "node:fs";
import * as path from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";

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
export function openStack({ stack, directory = process.cwd(), environment = {} }: Project): Promise<Stack> {
  return LocalWorkspace.createOrSelectStack(
    { stackName: stack, workDir: directory },
    // A policy pack that lies in a package has no project beside it.
    {
      envVars: { TENANTRY_PROJECT: path.resolve(directory), ...passphraseOf(directory), ...environment },
    },
  );
}

/** The project's own passphrase, where nobody names another. */
function passphraseOf(directory: string): Record<string, string> {
  const file = path.resolve(directory, PASSPHRASE_FILE);
  const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: other } = process.env;
  return phrase === undefined && other === undefined && fs.existsSync(file)
    ? { PULUMI_CONFIG_PASSPHRASE_FILE: file }
    : {};
}
