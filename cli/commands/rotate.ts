import { Option, type Command } from "commander";
import type { Rotatable } from "../../automation/credentials/rotate";
import { automation } from "../automation";
import { command, TENANT } from "../command";
import { seconds } from "../duration";
import { DRY_RUN, performDryRun } from "../dry-run";
import { perform } from "../session";
import { credentialsInWords } from "../words";

interface Options {
  readonly what?: Rotatable[];
  readonly wait?: number;
  readonly dryRun?: boolean;
}

const KINDS: readonly Rotatable[] = ["secret-ids", "tokens", "access"];

export function rotate(): Command {
  return command("rotate", "make a tenant's credentials anew, and see the old ones refused", [
    ["rotate acme", "secret ids, tokens of Vault logins, tokens of ServiceAccounts"],
    ["rotate acme --what access", "every kubeconfig that was handed out ends at once"],
  ])
    .argument(...TENANT)
    .addOption(new Option("--what <kind...>", "what is made anew; default: everything").choices(KINDS))
    .option("--wait <duration>", "how long an old credential may still be taken; default: 60s", seconds)
    .option(...DRY_RUN)
    .action((tenant: string, { what, wait, dryRun = false }: Options, self: Command) =>
      dryRun
        ? performDryRun(self, "rotate", ({ options }) =>
            automation.dryRun().dryRunRotate({ ...options, tenant, what }),
          )
        : perform(self, {
            activity: "rotate",
            work: ({ options }) =>
              automation.rotate().rotate({ ...options, tenant, what, timeoutSeconds: wait }),
            show: ({ rotated, file, tried }) =>
              [
                `made anew: ${rotated.join(", ")}`,
                ...(file === undefined
                  ? []
                  : [`${file}: secret ids, wrapped; each opens once, within the hour`]),
                credentialsInWords(tried),
              ]
                .filter((line) => line !== "")
                .join("\n"),
          }),
    );
}
