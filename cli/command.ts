/** A command as the tree shows it: words and examples beside what commander needs. */

import { Command } from "commander";

/** @param examples command lines without `$ tenantry`, each with what it is for. */
export function command(
  name: string,
  description: string,
  examples: readonly (readonly [line: string, meaning: string])[],
): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, meaning]) => `  $ tenantry ${line.padEnd(width)}  ${meaning}`);
  return new Command(name).description(description).addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

/** The argument that most commands take. */
export const TENANT = ["<tenant>", "the tenant's name"] as const;

/** An option that may be given several times, and hold several values. */
export function several(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(",").filter((part) => part !== "")];
}
