/**
 * Colours, stream by stream: for a terminal, or where `FORCE_COLOR` asks for them. picocolors by itself would also colour
 * whatever runs where `CI` is set, and with it what a pipeline cuts by column.
 */

import { isatty } from "node:tty";
import { createColors } from "picocolors";

export const onOutput = colorsOf(process.stdout);
export const onError = colorsOf(process.stderr);

function colorsOf({ fd }: { fd: number }) {
  const { FORCE_COLOR = "", NO_COLOR = "", TERM } = process.env;
  const forbidden = NO_COLOR !== "" || process.argv.includes("--no-color");
  const forced = !["", "0"].includes(FORCE_COLOR);
  return createColors(!forbidden && (forced || (isatty(fd) && TERM !== "dumb")));
}
