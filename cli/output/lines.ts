/** Progress as plain lines on standard error: for logs of pipelines, and for whoever wants every resource. */

import type { Progress } from "../../automation/progress";
import { onError } from "./colors";
import type { Output } from "./output";
import { factsInWords, planInWords, stepInWords } from "./words";

/** Milliseconds between two lines about resources, of which there are thousands. */
const INTERVAL_MS = 5_000;

export function lineOutput({ quiet, verbose }: { quiet: boolean; verbose: boolean }): Output {
  let done = 0;
  let told = Date.now();
  const say = (line: string) => {
    if (!quiet) {
      process.stderr.write(`${line}\n`);
    }
  };
  const watch = (progress: Progress) => {
    if (progress.type === "resource") {
      done += Number(progress.status === "done");
      if (verbose) {
        say(
          `  ${progress.tenant}: ${progress.operation} ${progress.resource} ${progress.name}: ${progress.status}`,
        );
      } else if (Date.now() - told > INTERVAL_MS) {
        told = Date.now();
        say(`  ${done} resources done`);
      }
      return;
    }
    const line = lineOf(progress);
    if (line !== undefined) {
      say(line);
    }
  };
  return {
    watch,
    pause: () => undefined,
    end: (last, text) => {
      if (last.type === "failure") {
        process.stderr.write(`${onError.red("failed")}: ${last.message}\n`);
      } else if (text !== "") {
        process.stdout.write(`${text}\n`);
      }
    },
  };
}

function lineOf(progress: Progress): string | undefined {
  switch (progress.type) {
    case "step": {
      const words = stepInWords(progress);
      const facts = progress.facts === undefined ? "" : onError.dim(` (${factsInWords(progress.facts)})`);
      const states = {
        begun: `… ${words}`,
        done: `${onError.green("✔")} ${words}${facts}`,
        failed: `${onError.red("✘")} ${words}`,
      };
      return states[progress.status];
    }
    case "plan":
      return planInWords(progress.tenants).replace(/^/gm, "  ");
    case "note":
      return `${onError.yellow("note")}: ${progress.message}`;
    default:
      return undefined;
  }
}
