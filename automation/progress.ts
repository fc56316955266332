/** What happens during a command, as the command line shows it and `--json` prints it: a versioned stream of events. */

import type { OpType } from "@pulumi/pulumi/automation";
import type { Counts } from "./engine/changes";
import type { FailureKind } from "./outcome";

/** Raised when an event changes its meaning or loses a field; new events and fields do not raise it. */
export const EVENT_VERSION = 1;

/** Where a step happens. */
export const planes = ["files", "state", "kubernetes", "vault", "aws", "backup", "audit"] as const;
export type Plane = (typeof planes)[number];

/** Plain values about a step, for people and machines; never a secret. */
export type Facts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export type Progress =
  /** A command began. */
  | { readonly type: "begun"; readonly activity: string; readonly stack: string; readonly tenant?: string }
  /** A step of it, twice: when it begins, and how it ended. */
  | {
      readonly type: "step";
      readonly status: "begun" | "done" | "failed";
      readonly plane: Plane;
      readonly step: string;
      readonly tenant?: string;
      readonly facts?: Facts;
    }
  /** What the plan does to each tenant; what belongs to none stands under `(shared)`. */
  | { readonly type: "plan"; readonly tenants: Readonly<Record<string, Counts>> }
  /** The engine is at work on a resource, or done with it. */
  | {
      readonly type: "resource";
      readonly status: "begun" | "done" | "failed";
      readonly tenant: string;
      /** Component of the tenant that the resource belongs to, for example `Encryption`. */
      readonly component: string;
      readonly operation: OpType;
      readonly resource: string;
      readonly name: string;
    }
  /** Something that people should know and that does not fail the command. */
  | { readonly type: "note"; readonly message: string; readonly tenant?: string }
  /** The last event of a command that came to its end; `result` is what its function in `automation/` returns. */
  | { readonly type: "result"; readonly activity: string; readonly result: unknown }
  /** The last event of a command that failed. */
  | {
      readonly type: "failure";
      readonly kind: FailureKind;
      readonly exitCode: number;
      readonly message: string;
    };

/** Receives what happens, as it happens; unknown types must be passed over. */
export type Watcher = (progress: Progress) => void;
