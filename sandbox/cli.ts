/** `npm run sandbox:up | status | down | env`. */

import { parseArgs } from "node:util";
import { stopSandbox } from "./down";
import { exportLines, sandboxEnvironment } from "./environment";
import { DATA_DIR } from "./layout";
import { operatorEnvironment } from "./operator";
import { provisionerEnvironment } from "./provisioner";
import { sandboxStatus, statusText } from "./status";
import { startSandbox } from "./up";

interface Command {
  readonly help: string;
  /** Options of its own, all switches. */
  readonly switches: readonly string[];
  /** @returns the exit code. */
  readonly run: (switches: ReadonlySet<string>, dataDir: string) => Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  up: {
    help: `Starts the sandbox: a Kubernetes control plane with played nodes, OpenBao and an AWS emulator, on 127.0.0.1.
The first start on a machine downloads or builds the tools, which takes minutes. Of a running sandbox only the provider plugins are renewed.`,
    switches: [],
    run: async (_, dataDir) => {
      const began = Date.now();
      await startSandbox({ dataDir, progress: (line) => console.error(line) });
      console.error(
        `the sandbox is up after ${Math.round((Date.now() - began) / 1000)} s; to use it in this shell:`,
      );
      console.log(`eval "$(npm run --silent sandbox:env)"`);
      return 0;
    },
  },
  down: {
    help: `Ends the sandbox's servers and throws its data away.
  --keep   keeps the data for the next start`,
    switches: ["keep"],
    run: async (switches, dataDir) => {
      const keep = switches.has("keep");
      const stopped = await stopSandbox({ dataDir, keep, progress: (line) => console.error(line) });
      console.log(stopped.length > 0 ? `stopped ${stopped.join(", ")}` : "no sandbox was running");
      return 0;
    },
  },
  status: {
    help: `Asks every server how it does. Exit code 0 when all are well, 1 otherwise.
  --json   for programs`,
    switches: ["json"],
    run: async (switches, dataDir) => {
      const status = await sandboxStatus(dataDir);
      console.log(switches.has("json") ? JSON.stringify(status, undefined, 2) : statusText(status));
      return status.state === "running" ? 0 : 1;
    },
  },
  env: {
    help: `Prints the environment that leads pulumi, kubectl and the SDKs to the sandbox: eval "$(npm run --silent sandbox:env)"
  --provisioner   as the identity that tenant lists run as, for an hour; by default as the administrator, who runs the stack platform
  --operator      besides, the variables of the identity that works on tenants between runs, for an hour`,
    switches: ["provisioner", "operator"],
    run: async (switches, dataDir) => {
      const environment = switches.has("provisioner")
        ? await provisionerEnvironment(dataDir)
        : sandboxEnvironment(dataDir);
      const operator = switches.has("operator") ? await operatorEnvironment(dataDir) : {};
      console.log(exportLines({ ...environment, ...operator }));
      return 0;
    },
  },
};

const USAGE = `usage: sandbox up | status | down | env [--data-dir <folder>] [--help]`;

async function main(argv: readonly string[]): Promise<number> {
  const [name = "", ...rest] = argv;
  const command = COMMANDS[name];
  if (!command) {
    const asked = name === "--help" || name === "-h";
    (asked ? console.log : console.error)(asked || name === "" ? USAGE : `unknown command ${name}\n${USAGE}`);
    return asked ? 0 : 2;
  }
  const switches = Object.fromEntries(
    command.switches.map((option) => [option, { type: "boolean" as const }]),
  );
  const { values } = parseArgs({
    args: rest,
    options: { ...switches, "data-dir": { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(
      `${USAGE}\n\n${command.help}\n  --data-dir   where the sandbox keeps its data; .sandbox by default`,
    );
    return 0;
  }
  const chosen = new Set(Object.keys(values).filter((option) => option !== "data-dir"));
  return command.run(chosen, typeof values["data-dir"] === "string" ? values["data-dir"] : DATA_DIR);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
