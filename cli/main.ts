/** The process of the command: what was typed goes in, its end comes out as an exit code. */

import { CommanderError } from "commander";
import { exitCodes } from "../automation/outcome";
import { program } from "./program";

async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    // Help and version end by an exception too; commander has said what there is to say.
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.badInput;
  }
}

void main();
