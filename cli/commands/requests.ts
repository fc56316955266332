import { Command } from "commander";
import type { RequestVerdict } from "../../automation/intake/requests";
import { automation } from "../automation";
import { agrees, refuseUnattendedAll } from "../ask";
import { command } from "../command";
import { perform } from "../session";
import { rehearsedInWords } from "./onboard";
import { table } from "../table";

export function requests(): Command {
  return new Command("requests")
    .description("tenants that teams ask for: show, judge, accept")
    .addCommand(list())
    .addCommand(check())
    .addCommand(accept());
}

function list(): Command {
  return command("list", "show what teams ask for, and what the platform's policy says of it", [
    ["requests list", "as a table"],
    ["requests list --list prod --json", "for a program"],
  ]).action((_options: unknown, self: Command) =>
    perform(self, {
      activity: "requests list",
      work: async ({ options }) => automation.requests().listRequests(options),
      show: (verdicts) => (verdicts.length === 0 ? "nobody asks for anything" : inWords(verdicts)),
    }),
  );
}

function check(): Command {
  return command("check", "judge requests, as a merge request's pipeline does; ends with 2 or 5 on a fault", [
    ["requests check requests/prod/acme.yaml", "every fault at once"],
    ["requests check --list prod requests/prod/*.yaml", "all of a list"],
  ])
    .argument("<file...>", "requests below requests/<list>/")
    .action((files: string[], _options: unknown, self: Command) =>
      perform(self, {
        activity: "requests check",
        work: async ({ options }) => automation.requests().checkRequests({ ...options, files }),
        show: (verdicts) => `${inWords(verdicts)}\nmay be accepted by tenantry requests accept`,
      }),
    );
}

interface Flags {
  readonly approver?: string;
  readonly gitopsOnly?: true;
  readonly dryRun?: true;
}

function accept(): Command {
  return command("accept", "make the tenant that a request asks for, and take the request away", [
    ["requests accept acme", "asks once the plan is known"],
    ["requests accept acme --gitops-only", "commits both, for a pipeline to apply"],
  ])
    .argument("<name>", "the name that is asked for")
    .option("--approver <who>", "who accepts, for the audit log; default: whoever runs it")
    .option("--gitops-only", "write and commit the file, and ask no server")
    .option("--dry-run", "show the file and the plan, and leave nothing")
    .action((tenant: string, { approver, gitopsOnly, dryRun }: Flags, self: Command) =>
      perform(self, {
        activity: "requests accept",
        work: async (session) => {
          const question = `Make ${tenant} so?`;
          if (session.globals.yes !== true && gitopsOnly !== true && dryRun !== true) {
            refuseUnattendedAll(session, [[question, "--yes"]]);
          }
          const confirm = () => agrees(session, question);
          return automation
            .requests()
            .acceptRequest({ ...session.options, tenant, approver, gitopsOnly, dryRun, confirm });
        },
        show: (acceptance, session) => {
          const { file, applied, approver: who } = acceptance;
          return dryRun === true
            ? rehearsedInWords(acceptance, session)
            : [
                `${file} was written; the request is gone, accepted by ${who}`,
                applied ? `${tenant} stands` : "it is committed, and no server was asked",
              ].join("\n");
        },
      }),
    );
}

function inWords(verdicts: readonly RequestVerdict[]): string {
  const rows = verdicts.map(({ name, verdict, asked }) => [
    name,
    asked?.tier ?? "",
    asked?.owners.join(", ") ?? "",
    verdict,
    asked?.reason ?? "",
  ]);
  const faults = verdicts.flatMap((verdict) => verdict.faults);
  return [table(["NAME", "TIER", "OWNERS", "VERDICT", "REASON"], rows), ...faults].join("\n");
}
