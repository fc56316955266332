/** Says what a long command is doing; one call is one line for a person. */
export type Progress = (line: string) => void;

/** Interval between "still at it" lines of one step, in milliseconds. */
const REMINDER = 15_000;

/**
 * Runs one step of a long command and says so: when it begins, every 15 s while it lasts, and when it is done, each
 * time with the seconds since its beginning, so that a build of minutes does not look like a hang.
 */
export async function step<T>(progress: Progress, what: string, work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  const elapsed = (): string => `${Math.round((Date.now() - began) / 1000)} s`;
  progress(`${what} …`);
  const reminder = setInterval(() => progress(`${what} … ${elapsed()}`), REMINDER);
  try {
    const result = await work();
    progress(`${what}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}
