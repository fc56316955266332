/** Completion of what only the project knows: names of tenants and of lists. */

import * as fs from "node:fs";
import type { RootCommand } from "@bomb.sh/tab";

type Complete = (value: string, description: string) => void;

/** Adds the names to the arguments and options that take them. */
export function completeNames(root: RootCommand): void {
  for (const command of root.commands.values()) {
    const takers = [
      command.arguments.get("tenant"),
      command.options.get("only"),
      command.options.get("tenant"),
    ];
    for (const taker of takers) {
      if (taker !== undefined) {
        taker.handler = completeTenants;
      }
    }
    // An option of the root: the library looks for it at each command.
    command.option("list", "tenant list", completeLists, "l");
  }
}

function completeTenants(complete: Complete): void {
  lists().forEach((list) => names(list).forEach((name) => complete(name, list)));
}

function completeLists(complete: Complete): void {
  lists().forEach((list) => complete(list, ""));
}

/** Folders below `tenants/` of the folder that the shell is in. */
function lists(): string[] {
  return folder("tenants")
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function names(list: string): string[] {
  return folder(`tenants/${list}`).flatMap(({ name }) => (name.endsWith(".yaml") ? [name.slice(0, -5)] : []));
}

/** Nobody wants an error message in the middle of a line that is being typed. */
function folder(path: string): fs.Dirent[] {
  try {
    return fs.readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
