import type { Command } from "commander";
import { automation } from "../automation";
import { consent } from "../ask";
import { command, TENANT } from "../command";
import { DRY_RUN, performDryRun } from "../dry-run";
import { perform } from "../session";
import { credentialsInWords, workloadsInWords } from "../words";

export function suspend(): Command {
  return command("suspend", "stop a tenant: nothing runs, nobody gets in, its data stays", [
    ["suspend acme", "asks first"],
    ["suspend acme --yes --timeout 10m", "in a pipeline"],
  ])
    .argument(...TENANT)
    .option(...DRY_RUN)
    .action((tenant: string, { dryRun = false }: { dryRun?: boolean }, self: Command) =>
      dryRun
        ? performDryRun(self, "suspend", ({ options }) =>
            automation.dryRun().dryRunSuspend({ ...options, tenant }),
          )
        : perform(self, {
            activity: "suspend",
            work: async (session) => {
              automation.tenantFiles().readTenant(session.options, tenant);
              await consent(session, `Stop everything of ${tenant} and shut its people out?`);
              return automation.suspend().suspend({ ...session.options, tenant });
            },
            show: ({ changed, stopped, tried }) =>
              changed
                ? [`${tenant} is suspended`, workloadsInWords("stopped", stopped), credentialsInWords(tried)]
                    .filter((line) => line !== "")
                    .join("\n")
                : `${tenant} was suspended already`,
          }),
    );
}
