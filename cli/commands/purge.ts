import type { Command } from "commander";
import { automation } from "../automation";
import { consent, typedName } from "../ask";
import { command, TENANT } from "../command";
import { DRY_RUN, performDryRun } from "../dry-run";
import { perform } from "../session";
import { certificateInWords } from "./offboard";

interface Options {
  readonly now?: boolean;
  readonly confirm?: string;
  readonly dryRun?: boolean;
}

export function purge(): Command {
  return command("purge", "destroy the data of a tenant that has left: backups, Vault's values, the key", [
    ["purge acme", "from the day after its retention on"],
    ["purge acme --now --confirm acme", "before that day"],
  ])
    .argument(...TENANT)
    .option("--now", "do not wait for the end of the retention; asks for the tenant's name")
    .option("--confirm <tenant>", "the tenant's name, in place of typing it")
    .option(...DRY_RUN)
    .action((tenant: string, { now = false, confirm, dryRun = false }: Options, self: Command) =>
      dryRun
        ? performDryRun(self, "purge", ({ options }) =>
            automation.dryRun().dryRunPurge({ ...options, tenant, now }),
          )
        : perform(self, {
            activity: "purge",
            work: async (session) => {
              const question = `The data of ${tenant} is destroyed, and nobody can bring it back`;
              await (now
                ? typedName(session, tenant, confirm, question)
                : consent(session, `${question}. Go on?`));
              return automation
                .purge()
                .purge({ ...session.options, tenant, now, ...(now && { confirmedName: tenant }) });
            },
            show: certificateInWords,
          }),
    );
}
