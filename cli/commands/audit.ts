import { Command } from "commander";
import { automation } from "../automation";
import { exitCodes } from "../../automation/outcome";
import { command } from "../command";
import { perform } from "../session";

interface Options {
  readonly offline?: boolean;
}

export function audit(): Command {
  return new Command("audit").description("the log of every step").addCommand(verify());
}

function verify(): Command {
  return command("verify", "check that the audit log is the one that was written", [
    ["audit verify", "also against the Events in the cluster"],
    ["audit verify --offline --json", "where there is only the file"],
  ])
    .option("--offline", "do not ask the cluster what it was told of the log")
    .action(({ offline = false }: Options, self: Command) =>
      perform(self, {
        activity: "audit verify",
        work: async ({ options }) => {
          return automation.audit().verifyAudit({ ...options, ...(offline && { cluster: "none" }) });
        },
        show: ({ entries, head, faults, torn, announced, unchecked }) =>
          [
            ...faults.map(({ line, fault }) => `line ${line} ${fault}`),
            `${entries} entries${head === undefined ? "" : ` up to ${head.hash.slice(0, 12)}`}; ${faults.length === 0 ? "the chain is whole" : `${faults.length} faults`}`,
            ...(torn > 0 ? [`${torn} steps were cut off by a crash`] : []),
            unchecked === undefined
              ? `compared with ${announced} Events`
              : `not compared with Events: ${unchecked}`,
          ].join("\n"),
        exitCode: ({ faults }) => (faults.length > 0 ? exitCodes.failure : 0),
      }),
    );
}
