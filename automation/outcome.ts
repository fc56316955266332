/** How a run ends, in Pulumi's own table of exit codes, and the sentence that goes with it. */

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { meaningOf } from "./engine/engine-errors";
import { heldBy, holdersIn } from "./engine/lock-holder";

/** Pulumi's table, plus `locked` for a stack that another run holds. */
export const exitCodes = {
  failure: 1,
  badInput: 2,
  credentials: 3,
  resource: 4,
  policy: 5,
  cancelled: 8,
  timeout: 9,
  locked: 10,
} as const;
export type FailureKind = keyof typeof exitCodes;

/** A run that failed: what pipelines catch. Its message is written for people and holds no secret. */
export class RunFailure extends Error {
  readonly exitCode: number;

  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "RunFailure";
    this.exitCode = exitCodes[kind];
  }
}

/** What preflight prefixes its sentences with, and the failure it stands for (`proof/preflight.ts`). */
const PREFLIGHT: Readonly<Record<string, FailureKind>> = {
  credentials: "credentials",
  unreachable: "failure",
  conflict: "resource",
  missing: "badInput",
};

/**
 * The failure behind an error of the Automation API. Events tell what the error's text does not: whether a policy
 * or a resource was at fault.
 */
export function failureOf(error: unknown, events: readonly EngineEvent[], signal?: AbortSignal): RunFailure {
  if (error instanceof RunFailure) {
    return error;
  }
  const cause = { cause: error };
  if (signal?.aborted) {
    const timedOut = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
    return timedOut
      ? new RunFailure(
          "timeout",
          "the time ran out; what had begun was finished and recorded, run again to go on",
          cause,
        )
      : new RunFailure(
          "cancelled",
          "cancelled; what had begun was finished and recorded, run again to go on",
          cause,
        );
  }
  const holders = holdersIn(error);
  if (holders !== undefined) {
    return new RunFailure("locked", heldBy(holders), cause);
  }
  const sentences = errorSentences(events);
  const message = sentences.join("\n") || (error instanceof Error ? error.message : String(error));
  const known = meaningOf(message);
  if (known !== undefined) {
    return new RunFailure(known.kind, known.sentence, cause);
  }
  const [unknownPlatform] = UNKNOWN_PLATFORM.exec(message) ?? [];
  return unknownPlatform === undefined
    ? new RunFailure(kindOf(events, message), message, cause)
    : new RunFailure("badInput", `${unknownPlatform}: ${PLATFORM_FIRST}`, cause);
}

/** What the engine says where a tenant list's `StackReference` finds no platform stack. */
const UNKNOWN_PLATFORM = /unknown stack "(?:[^"/]+\/)*platform"/;
const PLATFORM_FIRST = "every tenant list builds on it; run: pulumi up --stack platform";

function kindOf(events: readonly EngineEvent[], message: string): FailureKind {
  if (events.some(({ policyEvent }) => policyEvent?.enforcementLevel === "mandatory")) {
    return "policy";
  }
  if (events.some(({ resOpFailedEvent }) => resOpFailedEvent !== undefined)) {
    return "resource";
  }
  const prefix = /^(\w+): /m.exec(message)?.[1] ?? "";
  return PREFLIGHT[prefix] ?? "failure";
}

/** The texts of all errors, each once, without colour codes. */
function errorSentences(events: readonly EngineEvent[]): string[] {
  const texts = events.flatMap(({ diagnosticEvent, policyEvent }) => {
    if (policyEvent?.enforcementLevel === "mandatory") {
      return [policyEvent.message];
    }
    return diagnosticEvent?.severity === "error" ? [diagnosticEvent.message] : [];
  });
  return [...new Set(texts.map(withoutColors))].filter((text) => text !== "");
}

/** What the program itself warns of, if this event is that; warnings about single resources are the providers'. */
export function warningOf({ diagnosticEvent }: EngineEvent): string | undefined {
  const { severity, urn = "", message = "" } = diagnosticEvent ?? {};
  const isProgram = urn === "" || urn.includes("::pulumi:pulumi:Stack::");
  return severity === "warning" && isProgram ? withoutColors(message) : undefined;
}

/** The engine marks colours by words of its own. */
function withoutColors(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "").trim();
}
