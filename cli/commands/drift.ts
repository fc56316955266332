import type { Command } from "commander";
import { automation } from "../automation";
import { DRIFT_EXIT_CODE, isClean, type DriftReport } from "../../automation/drift/report";
import type { Finding } from "../../proof/ledger";
import { consent } from "../ask";
import { command, several } from "../command";
import { perform } from "../session";
import { table } from "../table";

interface Options {
  readonly tenant?: string;
  readonly repair?: boolean;
  readonly approve?: string[];
}

export function drift(): Command {
  return command(
    "drift",
    "compare the live servers with what the files mean; exit code 7 where they differ",
    [
      ["drift", "the whole list"],
      ["drift --tenant acme --json", "one tenant, for a pipeline"],
      ["drift --repair --yes", "and put it back"],
    ],
  )
    .option("--tenant <tenant>", "look at one tenant alone")
    .option("--repair", "make the live servers say what the files mean")
    .option("--approve <what>", "what that holds data may be replaced: acme/key, acme/*", several)
    .action(({ tenant, repair = false, approve }: Options, self: Command) =>
      perform(self, {
        activity: "drift",
        work: async (session) => {
          const options = { ...session.options, tenant };
          if (!repair) {
            return automation.drift().drift(options);
          }
          await consent(session, `Put back on ${session.list} whatever differs?`);
          return (await automation.drift().repair({ ...options, approve })).left;
        },
        show: reportInWords,
        exitCode: (report) => (isClean(report) ? 0 : DRIFT_EXIT_CODE),
      }),
    );
}

function reportInWords({ checked, loosened, missing, changed, unreachable, unchecked }: DriftReport): string {
  const rows = (title: string, findings: readonly Finding[]) =>
    findings.map(({ tenant, plane, object, fault }) => [title, tenant, plane, object, fault]);
  const all = [...rows("loosened", loosened), ...rows("missing", missing), ...rows("changed", changed)];
  return [
    ...(all.length > 0 ? [table(["WHAT", "TENANT", "PLANE", "OBJECT", "FAULT"], all)] : []),
    ...unreachable.map(({ server, why }) => `${server} could not be asked: ${why}`),
    ...unchecked.map((object) => `not looked at: ${object}`),
    `${checked} guardrails and objects were looked at; ${all.length === 0 ? "all are" : `${all.length} are not`} as declared`,
  ].join("\n");
}
