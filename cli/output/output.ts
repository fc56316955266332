/** Where what happens is told: to a program, to a log, or to somebody at a terminal. */

import type { Progress } from "../../automation/progress";
import { jsonOutput } from "./json";
import { lineOutput } from "./lines";
import { liveOutput } from "./live";

export interface Output {
  /** Tells what happens. */
  watch(progress: Progress): void;
  /** Gets out of the way while somebody is asked. */
  pause(): void;
  /** Tells the end; `text` is the result for people. */
  end(last: Extract<Progress, { type: "result" | "failure" }>, text: string): void;
}

export interface OutputSettings {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export function outputFor({ json = false, quiet = false, verbose = false }: OutputSettings): Output {
  if (json) {
    return jsonOutput((line) => process.stdout.write(line));
  }
  const live = process.stderr.isTTY && !quiet && !verbose && process.env["CI"] === undefined;
  return live ? liveOutput() : lineOutput({ quiet, verbose });
}
