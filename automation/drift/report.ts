/** What drift found, put together from all that looked (R92). */

import type { Finding } from "../../proof/ledger";
import type { ReadBack } from "../../proof/readback";
import type { DeclaredObject } from "./declared";
import type { Seen } from "./look";

/** A server that could not be asked: what it holds may have drifted or not. */
export interface Unreachable {
  readonly server: string;
  readonly why: string;
}

/** What a process ends with where there is drift, as Pulumi's `--expect-no-changes` does. */
export const DRIFT_EXIT_CODE = 7;

export interface DriftReport {
  /** Guardrails and objects that were looked at. */
  readonly checked: number;
  /** Guardrails that do not hold as declared, and what stands beside them that nobody declared. */
  readonly loosened: readonly Finding[];
  /** Texts, labels and annotations that no guardrail depends on. */
  readonly changed: readonly Finding[];
  /** Declared objects that are gone. */
  readonly missing: readonly Finding[];
  readonly unreachable: readonly Unreachable[];
  /** Objects that could not be looked at, by what they are called: of types or rights that this command has not. */
  readonly unchecked: readonly string[];
}

/** Whether everything was looked at and is as declared. */
export function isClean({ loosened, changed, missing, unreachable, unchecked }: DriftReport): boolean {
  return [loosened, changed, missing, unreachable, unchecked].every(({ length }) => length === 0);
}

export interface Declaration {
  readonly objects: readonly DeclaredObject[];
  /** Why the program would not declare any: what stands where its objects should. */
  readonly conflicts: readonly Finding[];
}

/** Puts together what all witnesses say; what one calls a loosened guardrail the others need not call changed. */
export function report(
  guardrails: ReadBack | Unreachable,
  declared: Declaration | Unreachable,
  seen: Seen,
  foreign: { found: readonly Finding[] } | Unreachable,
): DriftReport {
  const judged = "why" in guardrails ? [] : guardrails.findings;
  const gone = new Set(seen.missing.map(({ object }) => object));
  const told = new Set(judged.map(({ object }) => object));
  const untold = ({ object }: Finding) => !told.has(object);
  return {
    checked: ("why" in guardrails ? 0 : guardrails.checked) + seen.checked,
    loosened: [
      ...judged.filter(({ object, fault }) => !(gone.has(object) && fault === "is missing")),
      ...("why" in declared ? [] : declared.conflicts),
      ...seen.loosened.filter(untold),
      ...("why" in foreign ? [] : foreign.found),
    ],
    changed: seen.changed.filter(untold),
    missing: seen.missing,
    unreachable: dedupe([
      ...[guardrails, declared, foreign].filter((read) => "why" in read),
      ...seen.unreachable,
    ]),
    unchecked:
      "why" in declared || declared.conflicts.length > 0
        ? ["every declared object: the program does not say what they are while it is refused"]
        : seen.unchecked,
  };
}

function dedupe(all: readonly Unreachable[]): Unreachable[] {
  return [...new Map(all.map((entry) => [`${entry.server} ${entry.why}`, entry])).values()];
}
