import type { Command } from "commander";
import { automation } from "../automation";
import { command } from "../command";
import { planInWords } from "../output/words";
import { perform } from "../session";

export function preview(): Command {
  return command("preview", "show what up would do to each tenant, judged by every policy", [
    ["preview", "the plan of the only list"],
    ["preview --list prod --json", "the same for a pipeline"],
    ["preview --list platform", "the plan of what all tenants share"],
  ]).action((_options: unknown, self: Command) =>
    perform(self, {
      activity: "preview",
      work: async ({ options }) => {
        const { tenants, planDigest } = await automation.run().preview(options);
        return { tenants, planDigest };
      },
      show: ({ tenants }, { globals }) =>
        globals.quiet === true ? planInWords(tenants) : "nothing was changed",
    }),
  );
}
