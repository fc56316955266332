import type { Command } from "commander";
import { automation } from "../automation";
import { agrees } from "../ask";
import { command, several } from "../command";
import { planInWords } from "../output/words";
import { perform } from "../session";

interface Options {
  readonly only?: string;
  readonly approve?: string[];
  readonly refresh: boolean;
  readonly dryRun?: boolean;
}

export function up(): Command {
  return command("up", "make the list true, and read the live servers back", [
    ["up", "after a look at the plan"],
    ["up --list prod --yes --json", "in a pipeline"],
    ["up --only acme", "refused where another tenant would change too"],
  ])
    .option("--only <tenant>", "the one tenant that may change")
    .option("--approve <what>", "what that holds data may be deleted: acme/key, acme/*, a URN", several)
    .option(
      "--no-refresh",
      "do not read the live resources first: quicker, and does not heal what was changed by hand",
    )
    .option("--dry-run", "stop after the plan")
    .action(({ only, approve, refresh, dryRun = false }: Options, self: Command) =>
      perform(self, {
        activity: "up",
        work: async (session) => {
          if (dryRun) {
            const { tenants, planDigest } = await automation
              .run()
              .preview({ ...session.options, only, approve });
            return { tenants, planDigest };
          }
          const confirm = () => agrees(session, `Make this plan true on ${session.list}?`);
          const done = await automation.run().up({ ...session.options, only, approve, refresh, confirm });
          return { tenants: done.tenants, planDigest: done.planDigest };
        },
        show: ({ tenants }) => (dryRun ? "nothing was changed" : planInWords(tenants)),
      }),
    );
}
