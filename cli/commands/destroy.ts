import type { Command } from "commander";
import { automation } from "../automation";
import { typedName } from "../ask";
import { command, several } from "../command";
import { planInWords } from "../output/words";
import { perform } from "../session";

interface Options {
  readonly approve?: string[];
  readonly confirm?: string;
  readonly dryRun?: boolean;
}

export function destroy(): Command {
  return command("destroy", "remove everything a list has made, keys and data with it", [
    ["destroy --list scratch --approve '*'", "asks for the list's name"],
    ["destroy --list scratch --approve '*' --confirm scratch", "in a pipeline"],
  ])
    .option("--approve <what>", "what that holds data may go: acme/*, or * for everything", several)
    .option("--confirm <list>", "the list's name, in place of typing it")
    .option("--dry-run", "stop after the plan")
    .action(({ approve, confirm, dryRun = false }: Options, self: Command) =>
      perform(self, {
        activity: "destroy",
        work: async (session) => {
          if (dryRun) {
            const { tenants, planDigest } = await automation.run().previewDestroy(session.options);
            return { tenants, planDigest };
          }
          await typedName(session, session.list, confirm, `Everything of the list ${session.list} goes`);
          const { tenants, planDigest } = await automation.run().destroy({ ...session.options, approve });
          return { tenants, planDigest };
        },
        show: ({ tenants }) => (dryRun ? "nothing was changed" : planInWords(tenants)),
      }),
    );
}
