import type { Command } from "commander";
import { automation } from "../automation";
import { command, TENANT } from "../command";
import { DRY_RUN, performDryRun } from "../dry-run";
import { perform } from "../session";
import { workloadsInWords } from "../words";

export function resume(): Command {
  return command("resume", "start a suspended tenant again, as it was", [
    ["resume acme", "credentials are new: hand them out again"],
    ["resume acme --json", "in a pipeline"],
  ])
    .argument(...TENANT)
    .option(...DRY_RUN)
    .action((tenant: string, { dryRun = false }: { dryRun?: boolean }, self: Command) =>
      dryRun
        ? performDryRun(self, "resume", ({ options }) =>
            automation.dryRun().dryRunResume({ ...options, tenant }),
          )
        : perform(self, {
            activity: "resume",
            work: async ({ options }) => {
              return automation.resume().resume({ ...options, tenant });
            },
            show: ({ changed, started }) =>
              changed
                ? [`${tenant} runs again`, workloadsInWords("started", started)]
                    .filter((line) => line !== "")
                    .join("\n")
                : `${tenant} was running already`,
          }),
    );
}
