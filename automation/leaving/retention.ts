/** How long the data of a tenant that has left is kept (R89). Days are days in UTC. */

const DAY_MS = 86_400_000;

/**
 * The last day on which data is kept, so that it is kept for that many whole days at least; none: the day before.
 *
 * @param days of retention, 0 to 3650.
 */
export function lastDayKept(now: Date, days: number): string {
  return dayOf(new Date(now.getTime() + (days === 0 ? -1 : days) * DAY_MS));
}

/** The first day on which data that is kept until `retainUntil` may be purged. */
export function firstDayOfPurge(retainUntil: string): string {
  return dayOf(new Date(Date.parse(`${retainUntil}T00:00:00Z`) + DAY_MS));
}

/** Whether the last day is over. */
export function isRetentionOver(retainUntil: string, now: Date): boolean {
  return dayOf(now) >= firstDayOfPurge(retainUntil);
}

/** `2027-01-31` */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
