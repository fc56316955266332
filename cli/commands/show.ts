import type { Command } from "commander";
import { automation } from "../automation";
import { stringify } from "yaml";
import { command, TENANT } from "../command";
import { perform } from "../session";

export function show(): Command {
  return command("show", "show what a tenant's file means, with every default and every derived name", [
    ["show acme", "as YAML"],
    ["show acme --json", "for a program"],
  ])
    .argument(...TENANT)
    .action((tenant: string, _options: unknown, self: Command) =>
      perform(self, {
        activity: "show",
        work: async ({ options }) => {
          return automation.show().showTenant({ ...options, tenant });
        },
        show: ({ outputs, ...shown }) =>
          stringify(outputs === undefined ? shown : { ...shown, outputs }).trimEnd(),
      }),
    );
}
