/** The command line as a tree: what there is, in words; what a command does is loaded when it is called. */

import tab from "@bomb.sh/tab/commander";
import { Command, Option } from "commander";
import { completeNames } from "./completion";
import { audit } from "./commands/audit";
import { breakglass } from "./commands/breakglass";
import { destroy } from "./commands/destroy";
import { doctor } from "./commands/doctor";
import { drift } from "./commands/drift";
import { init } from "./commands/init";
import { kubeconfig } from "./commands/kubeconfig";
import { list } from "./commands/list";
import { offboard } from "./commands/offboard";
import { onboard } from "./commands/onboard";
import { preview } from "./commands/preview";
import { purge } from "./commands/purge";
import { requests } from "./commands/requests";
import { resume } from "./commands/resume";
import { rotate } from "./commands/rotate";
import { show } from "./commands/show";
import { suspend } from "./commands/suspend";
import { token } from "./commands/token";
import { up } from "./commands/up";
import { seconds } from "./duration";
import { version } from "../package.json";

const GROUPS: readonly (readonly [string, readonly (() => Command)[]])[] = [
  ["Lists of tenants:", [init, list, preview, up, destroy, drift, doctor]],
  ["A tenant's life:", [onboard, requests, show, suspend, resume, offboard, purge]],
  ["Credentials:", [kubeconfig, token, rotate, breakglass]],
  ["Records:", [audit]],
];

const EXAMPLES = `
Examples:
  $ tenantry onboard acme --owner alice@acme.example   make a tenant, after a look at the plan
  $ tenantry preview                                   what would change, judged by every policy
  $ tenantry kubeconfig acme --role dev                a kubeconfig that ends by itself

Credentials come from the environment, as for pulumi, kubectl and the SDKs (docs/cli.md).`;

/** The whole tree. It throws where commander would end the process, so that only `main` does. */
export function program(): Command {
  const root = new Command("tenantry")
    .description("Isolated tenants on Kubernetes, AWS and Vault, one YAML file each")
    .version(version, "-V, --version", "show the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .addOption(
      new Option("-l, --list <list>", "tenant list; default: the only one there is").env("TENANTRY_LIST"),
    )
    .option("-C, --cwd <folder>", "folder of the project; default: this one")
    .option("--json", "print what happens as one JSON object a line (docs/cli.md)")
    .option("-y, --yes", "ask nothing; what needs more than a yes is refused")
    .addOption(new Option("--timeout <duration>", "end gracefully after 90s, 30m or 2h").argParser(seconds))
    .option("-q, --quiet", "say nothing but the result")
    .option("-v, --verbose", "say what happens to every resource")
    .option("--no-color", "no colours; so does NO_COLOR")
    .addHelpText("after", EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  for (const [group, commands] of GROUPS) {
    for (const make of commands) {
      root.addCommand(inherit(make().helpGroup(group), root));
    }
  }
  completeNames(tab(root, { completionCommandName: "completion" }));
  return root;
}

/** What commander hands down only to commands that it makes itself. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  command.commands.forEach((child) => inherit(child, command));
  return command;
}
