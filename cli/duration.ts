/** Durations as people type them. */

import { InvalidArgumentError } from "commander";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `90s`, `30m` or `2h`, in seconds. */
export function seconds(text: string): number {
  const [, amount = "", unit = ""] = /^([1-9][0-9]{0,5})([smh])$/.exec(text) ?? [];
  const factor = SECONDS[unit];
  if (factor === undefined) {
    throw new InvalidArgumentError("write 90s, 30m or 2h");
  }
  return Number(amount) * factor;
}

/** A whole number of days. */
export function days(text: string): number {
  if (!/^(0|[1-9][0-9]{0,3})$/.test(text)) {
    throw new InvalidArgumentError("write a whole number of days");
  }
  return Number(text);
}
