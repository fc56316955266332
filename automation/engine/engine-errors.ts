/** Failures of the engine itself that it tells in words of its own, and what they mean for who runs it. */

import type { FailureKind } from "../outcome";

interface EngineError {
  readonly sign: RegExp;
  readonly kind: FailureKind;
  /** What, why, and what to do. */
  readonly sentence: string;
}

const ENGINE_ERRORS: readonly EngineError[] = [
  {
    sign: /spawn pulumi ENOENT|pulumi: (?:command )?not found/,
    kind: "badInput",
    sentence:
      "the engine was not found: no program `pulumi` on the PATH; nothing was changed: install it (https://www.pulumi.com/docs/install), then run this again",
  },
  {
    sign: /failed to load checkpoint: .*(?:unexpected end of JSON input|invalid character)/,
    kind: "failure",
    sentence:
      "the state file of this stack is empty or cut short; nothing was changed: put its backup in its place, the file beside it that ends in .json.bak (docs/state.md), then run this again",
  },
  {
    sign: /failed to load checkpoint: EOF/,
    kind: "failure",
    sentence:
      "the attributes beside a state file are empty, as a kill leaves them; nothing was changed: run tenantry up of the list that was killed, which takes them away, then run this again",
  },
  {
    // The engine reads every lock file of a stack before it writes its own, and says no more than this.
    sign: /^error: unexpected end of JSON input$/m,
    kind: "locked",
    sentence:
      "a lock file of this stack is empty, so that nobody can tell who holds it; nothing was changed: make sure that no run is at work, then run: pulumi cancel --stack NAME",
  },
  {
    sign: /incorrect passphrase/,
    kind: "credentials",
    sentence:
      "the passphrase is not the one that this stack's secrets are encrypted with; nothing was changed: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
  },
  {
    sign: /passphrase must be set with/,
    kind: "credentials",
    sentence:
      "no passphrase is set, and this stack's secrets are encrypted with one; nothing was changed: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
  },
  {
    sign: /failed to save snapshot|no space left on device|file too large|disk quota exceeded|read-only file system/i,
    kind: "failure",
    sentence:
      "the state could not be written, its disk is full or closed; what was made last may not be recorded: make room, then run this again, which takes over what stands",
  },
];

/** What a text of the engine means; undefined where it speaks for itself. */
export function meaningOf(text: string): Pick<EngineError, "kind" | "sentence"> | undefined {
  return ENGINE_ERRORS.find(({ sign }) => sign.test(text));
}
