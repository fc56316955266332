import type { Command } from "commander";
import { automation } from "../automation";
import { typedName } from "../ask";
import { command, several, TENANT } from "../command";
import { days, seconds } from "../duration";
import type { Certificate } from "../../automation/leaving/certificate";
import { DRY_RUN, performDryRun } from "../dry-run";
import { perform } from "../session";

interface Options {
  readonly retention?: number;
  readonly skipBackup?: boolean;
  readonly releaseFinalizers?: string[];
  readonly wait?: number;
  readonly confirm?: string;
  readonly dryRun?: boolean;
}

export function offboard(): Command {
  return command(
    "offboard",
    "let a tenant leave: access, a last backup, namespaces; its data is kept for a while",
    [
      ["offboard acme", "asks for the tenant's name"],
      ["offboard acme --confirm acme --json", "in a pipeline; run again after an interruption"],
      ["offboard acme --retention 0", "so that purge need not wait"],
    ],
  )
    .argument(...TENANT)
    .option("--retention <days>", "days that the data is kept; default: the file's, else the tier's", days)
    .option("--skip-backup", "take no last backup; the certificate says so")
    .option("--release-finalizers <finalizer>", "take these away where they hold a namespace", several)
    .option("--wait <duration>", "how long each wait may take; default: 10m", seconds)
    .option("--confirm <tenant>", "the tenant's name, in place of typing it")
    .option(...DRY_RUN)
    .action((tenant: string, given: Options, self: Command) =>
      given.dryRun === true
        ? performDryRun(self, "offboard", ({ options }) =>
            automation.dryRun().dryRunOffboard({
              ...options,
              tenant,
              retentionDays: given.retention,
              skipBackup: given.skipBackup,
            }),
          )
        : perform(self, {
            activity: "offboard",
            work: async (session) => {
              // A slip of the finger is told before anybody is asked.
              automation.tenantFiles().readTenant(session.options, tenant);
              await typedName(
                session,
                tenant,
                given.confirm,
                `Everything of ${tenant} stops, and its namespaces go`,
              );
              return automation.offboard().offboard({
                ...session.options,
                tenant,
                retentionDays: given.retention,
                skipBackup: given.skipBackup,
                releaseFinalizers: given.releaseFinalizers,
                timeoutSeconds: given.wait,
              });
            },
            show: certificateInWords,
          }),
    );
}

/** What is kept and what waits; the rest is in the certificate. */
export function certificateInWords({
  tenant,
  list,
  stage,
  gone,
  retained,
  waits,
  credentials,
}: Certificate): string {
  return [
    `${tenant.name} is ${stage}: ${gone.length} things are gone, ${credentials.tried.length} credentials were tried and are refused`,
    ...retained.map(({ what, until }) => `  kept until ${until}: ${what}`),
    ...waits.map(({ what, until, why }) => `  waits until ${until}: ${what} (${why})`),
    `certificate: out/offboarding/${list}/${tenant.name}-${tenant.id}.md`,
  ].join("\n");
}
