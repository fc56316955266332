import type { Command } from "commander";
import { automation } from "../automation";
import { onOutput } from "../output/colors";
import { command } from "../command";
import { exitCodes } from "../../automation/outcome";
import { perform } from "../session";

const MARKS = { ok: onOutput.green("✔"), warning: onOutput.yellow("!"), failed: onOutput.red("✘") };

export function doctor(): Command {
  return command(
    "doctor",
    "look at tools, state, servers, identities, guardrails and credentials; changes nothing",
    [
      ["doctor", "each check with what to do about it"],
      ["doctor --json", "for a monitor"],
    ],
  ).action((_options: unknown, self: Command) =>
    perform(self, {
      activity: "doctor",
      work: async ({ options }) => {
        return automation.doctor().doctor(options);
      },
      show: ({ checks }) =>
        checks
          .map(({ name, status, detail, cure }) =>
            [
              `${MARKS[status]} ${name}: ${detail}`,
              ...(cure === undefined ? [] : [`    ${onOutput.dim(cure)}`]),
            ].join("\n"),
          )
          .join("\n"),
      exitCode: ({ checks }) => (checks.some(({ status }) => status === "failed") ? exitCodes.failure : 0),
    }),
  );
}
