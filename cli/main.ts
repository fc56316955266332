/** The process of the command: what was typed goes in, its end comes out as an exit code. */

import { CommanderError } from "commander";
import { exitCodes } from "../automation/outcome";
import { program } from "./program";

async function main(): Promise<void> {
  outliveReaders(process.stdout, process.stderr);
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

/** Who reads a pipe may leave early, as `head` does. A run in its middle must not end by that. */
function outliveReaders(...streams: NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") {
        throw error;
      }
    });
  }
}

void main();
