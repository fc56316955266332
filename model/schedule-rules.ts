/** Cron lines that every scheduler reads alike. */

import { shown } from "./fault";
import type { Contradiction } from "./rules";
import type { Tenant } from "./tenant";

interface CronField {
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
}

const CRON_FIELDS: readonly CronField[] = [
  { name: "minute", lowest: 0, highest: 59 },
  { name: "hour", lowest: 0, highest: 23 },
  { name: "day of month", lowest: 1, highest: 31 },
  { name: "month", lowest: 1, highest: 12 },
  { name: "day of week", lowest: 0, highest: 6 },
];

/** What is wrong with the schedule of the backups. */
export function scheduleContradictions({ backup: { schedule } }: Tenant): Contradiction[] {
  const texts = schedule.split(" ");
  return CRON_FIELDS.flatMap((field, index) => {
    const text = texts[index] ?? "";
    const wrong = text
      .split(",")
      .map((part) => partFault(part, field))
      .find((fault) => fault !== undefined);
    return wrong === undefined
      ? []
      : [{ path: ["backup", "schedule"], message: `${shown(schedule)}: ${shown(text)} ${wrong}` }];
  });
}

function partFault(part: string, { name, lowest, highest }: CronField): string | undefined {
  // A step needs a range: what 5/10 means differs between schedulers.
  const read = /^(?!\d+\/)(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
  const [, first = String(lowest), last = read?.[1] ?? String(highest), step = "1"] = read ?? [];
  const [from, to, by] = [Number(first), Number(last), Number(step)];
  const stepless = read?.[3] === undefined;
  if (read === null || from < lowest || from > to || to > highest || by === 0 || (!stepless && from === to)) {
    return `is no ${name}; write ${lowest} to ${highest}, *, a-b, */n or a-b/n`;
  }
  return !stepless && by > to - from
    ? `steps beyond its range and means ${name} ${from} alone; write a step of at most ${to - from}`
    : undefined;
}
