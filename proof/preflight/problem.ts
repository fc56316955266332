/** What stands in the way of a run, and how it is told. */

import { ReadError } from "../reader";

export interface Problem {
  readonly kind: "unreachable" | "credentials" | "conflict" | "missing";
  /** What, why, and what to do. */
  readonly message: string;
}

/** Every problem, one a line behind its kind, and that nothing was changed. */
export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [
    ...problems.map(({ kind, message }) => `${kind}: ${message}`),
    `${count} before the run; nothing was changed`,
  ].join("\n");
}

/** A server that did not answer, or that answered with a refusal. */
export function unanswered(who: string, check: string, error: unknown): Problem {
  const status = error instanceof ReadError ? error.status : 0;
  const refused = status === 401 || status === 403;
  const text = error instanceof Error ? error.message || error.name : String(error);
  return {
    kind: refused ? "credentials" : "unreachable",
    message: `${who} ${refused ? "refuses the credentials" : "does not answer"}: ${text}; check ${check}`,
  };
}
