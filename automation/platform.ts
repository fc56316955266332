/** What the platform stack says of the cluster, the account and Vault. */

import { readPlatformOutput, type Platform } from "../model/platform";
import { RunFailure } from "./outcome";
import { knownStack, type Project } from "./workspace";

const PLATFORM_STACK = "platform";

/** @throws RunFailure `badInput` where the platform stack has not been run yet. */
export async function platformOf(project: Project): Promise<Platform> {
  const stack = await knownStack({ ...project, stack: PLATFORM_STACK });
  const value: unknown = (await stack?.outputs())?.["platform"]?.value;
  if (value === undefined) {
    throw new RunFailure(
      "badInput",
      "the platform stack has no output yet, and every tenant list builds on it; run: tenantry up --list platform",
    );
  }
  return readPlatformOutput(value);
}
