import { Command } from "commander";
import { automation } from "../automation";
import { exitCodes } from "../../automation/outcome";
import { command, TENANT } from "../command";
import { perform } from "../session";
import { table } from "../table";

interface Options {
  readonly offline?: boolean;
}

export function audit(): Command {
  return new Command("audit")
    .description("the log of every step, and the certificates of who has left")
    .addCommand(verify())
    .addCommand(certificate());
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

function certificate(): Command {
  return command("certificate", "ask the live servers whether a certificate still says what is", [
    ["audit certificate acme", "every question of it again"],
    ["audit certificate acme --json", "for a program"],
  ])
    .argument(...TENANT)
    .action((tenant: string, _options: unknown, self: Command) =>
      perform(self, {
        activity: "audit certificate",
        work: ({ options }) => automation.certificate().verifyCertificate({ ...options, tenant }),
        show: ({ stage, holds, findings, missing }) =>
          [
            table(
              ["HOLDS", "WHAT", "ASKED", "ANSWERED"],
              findings.map(({ holds: so, what, asked, answered }) => [
                so ? "yes" : "no",
                what,
                asked,
                answered,
              ]),
            ),
            ...missing.map((what) => `it leaves out: ${what}`),
            `${tenant} is ${stage}; ${holds ? "the certificate holds" : "the certificate does not hold"}`,
          ].join("\n"),
        exitCode: ({ holds }) => (holds ? 0 : exitCodes.failure),
      }),
    );
}
