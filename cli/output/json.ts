/** The event stream for programs: one JSON object a line, the last of which is a `result` or a `failure`. */

import { EVENT_VERSION, type Progress } from "../../automation/progress";
import type { Output } from "./output";

/** What stands around every event. */
export interface Envelope {
  readonly version: typeof EVENT_VERSION;
  /** Counted from 1, without gaps. */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly time: string;
}

export function jsonOutput(write: (line: string) => void): Output {
  let sequence = 0;
  const tell = (progress: Progress) => {
    sequence++;
    const envelope: Envelope = { version: EVENT_VERSION, sequence, time: new Date().toISOString() };
    write(`${JSON.stringify({ ...envelope, ...progress })}\n`);
  };
  return { watch: tell, pause: () => undefined, end: tell };
}
