/** Events as the engine sends them, for tests that need no engine. */

import type { EngineEvent } from "@pulumi/pulumi/automation";

/** An event with the fields that every event has. */
export function event(fields: Partial<EngineEvent>): EngineEvent {
  return { sequence: 1, timestamp: 1, ...fields };
}

/** What the engine or the program says to people. */
export function diagnostic(severity: string, message: string, urn?: string): EngineEvent {
  return event({
    diagnosticEvent: { message, color: "raw", severity: severity as "error", urn },
  });
}
