/** `--dry-run` of commands over a tenant: what would be done, and what stands in the way. */

import type { Command } from "commander";
import type { DryRun } from "../automation/dry-run";
import { exitCodes } from "../automation/outcome";
import { perform, type Session } from "./session";

export const DRY_RUN = [
  "--dry-run",
  "say what would be done and what stands in the way, and change nothing",
] as const;

/** Ends with 4, as the command itself would, where something stands in the way. */
export function performDryRun(
  self: Command,
  activity: string,
  work: (session: Session) => Promise<DryRun>,
): Promise<void> {
  return perform(self, {
    activity: `${activity} --dry-run`,
    work,
    show: inWords,
    exitCode: ({ inTheWay }) => (inTheWay.length > 0 ? exitCodes.resource : 0),
  });
}

function inWords({ tenant, would, inTheWay }: DryRun): string {
  return [
    ...would.map((what) => `would ${what}`),
    ...inTheWay.map((what) => `in the way: ${what}`),
    ...(would.length + inTheWay.length === 0 ? [`there is nothing to do for ${tenant}`] : []),
    "nothing was changed",
  ].join("\n");
}
