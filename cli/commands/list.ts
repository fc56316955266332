import type { Command } from "commander";
import { automation } from "../automation";
import { command } from "../command";
import { perform } from "../session";
import { table } from "../table";

export function list(): Command {
  return command("list", "show the tenants of a list", [
    ["list", "as a table"],
    ["list --list prod --json", "for a program"],
  ]).action((_options: unknown, self: Command) =>
    perform(self, {
      activity: "list",
      work: async ({ options }) => {
        return automation.show().listTenants(options);
      },
      show: (tenants) =>
        table(
          ["NAME", "TIER", "STATE", "NAMESPACES"],
          tenants.map(({ name, tier, state, retainUntil, namespaces }) => [
            name,
            tier,
            retainUntil === undefined ? state : `${state} until ${retainUntil}`,
            namespaces.join(", "),
          ]),
        ),
    }),
  );
}
