/** One command on its way: its steps are told to whoever watches and written to the audit log, in this one place. */

import { auditTrail, type AuditTrail } from "./audit/trail";
import { failureOf, RunFailure } from "./outcome";
import type { Facts, Plane, Watcher } from "./progress";
import type { Project } from "./workspace";

export interface OperationOptions extends Project {
  /** Receives what happens, as it happens. */
  readonly watch?: Watcher;
  /** Ends the command after the step at hand. */
  readonly signal?: AbortSignal;
  /** Who runs it, for the audit log; default: who started the pipeline, else the user and host of this process. */
  readonly actor?: string;
}

/** A command about one tenant of a list. */
export interface TenantOptions extends OperationOptions {
  /** The tenant's name. */
  readonly tenant: string;
}

export interface Activity {
  /** The command, for example `suspend`. */
  readonly activity: string;
  readonly tenant?: string;
  /** Asks no server, so that its steps stand in the audit log alone; default false. */
  readonly offline?: boolean;
}

export class Operation {
  constructor(
    private readonly options: OperationOptions,
    private readonly about: Activity,
    private readonly trail: AuditTrail,
    /** Tells people something that does not fail the command. */
    readonly note: (message: string) => void,
  ) {}

  /**
   * Does one step: tells that it begins, does it, tells and records how it ended.
   *
   * @param step in words, as one would say what is done: `scale workloads to zero`.
   * @param facts what of the outcome is worth telling; never a secret.
   */
  async step<T>(
    plane: Plane,
    step: string,
    work: () => Promise<T>,
    facts?: (result: T) => Facts,
  ): Promise<T> {
    this.options.signal?.throwIfAborted();
    const { tenant } = this.about;
    const began = new Date();
    const tell = (status: "begun" | "done" | "failed", told?: Facts) =>
      this.options.watch?.({
        type: "step",
        status,
        plane,
        step,
        ...(tenant !== undefined && { tenant }),
        ...(told !== undefined && { facts: told }),
      });
    const record = (outcome: "done" | "failed", told?: Facts) =>
      this.trail.append({ ...this.about, plane, step, began, ended: new Date(), outcome, facts: told });
    tell("begun");
    try {
      const result = await work();
      const told = facts?.(result);
      await record("done", told);
      tell("done", told);
      return result;
    } catch (error) {
      tell("failed");
      // The step's own failure is the one to tell; a log that cannot be written fails the next step that succeeds.
      await record("failed").catch(() => undefined);
      throw error;
    }
  }
}

/**
 * Runs a command: `work` does its steps by the operation that it is given.
 *
 * @throws RunFailure whatever went wrong.
 */
export async function operate<T>(
  options: OperationOptions,
  about: Activity,
  work: (operation: Operation) => Promise<T>,
): Promise<T> {
  const { tenant, activity } = about;
  options.watch?.({ type: "begun", activity, stack: options.stack, ...(tenant !== undefined && { tenant }) });
  const note = (message: string) =>
    options.watch?.({ type: "note", message, ...(tenant !== undefined && { tenant }) });
  const trail = auditTrail(options, { actor: options.actor, note, announced: about.offline !== true });
  try {
    return await work(new Operation(options, about, trail, note));
  } catch (error) {
    throw error instanceof RunFailure ? error : failureOf(error, [], options.signal);
  } finally {
    // What no Event announces stands in the log all the same: it must not turn the command's end around.
    await trail.close().catch((error: unknown) => note(String(error)));
  }
}
