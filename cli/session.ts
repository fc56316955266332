/** One call of a command: its settings, whom it asks, what it tells, and how it ends. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import type { OperationOptions } from "../automation/operation";
import { failureOf, RunFailure } from "../automation/outcome";
import type { Progress } from "../automation/progress";
import { Interrupts } from "./interrupts";
import { outputFor, type Output } from "./output/output";

/** Options that every command takes. */
export interface Globals {
  readonly list?: string;
  readonly cwd?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
}

export class Session {
  readonly directory: string;
  private chosen: string | undefined;

  constructor(
    readonly globals: Globals,
    readonly output: Output,
    private readonly signal: AbortSignal,
    private readonly interrupts: Interrupts,
  ) {
    this.directory = path.resolve(globals.cwd ?? ".");
  }

  /** @throws RunFailure `badInput` where there are several lists and none is named. */
  get list(): string {
    return (this.chosen ??= this.globals.list ?? onlyList(this.directory));
  }

  /** What every function of `automation/` takes. */
  get options(): OperationOptions {
    return {
      stack: this.list,
      directory: this.directory,
      signal: this.signal,
      watch: (progress: Progress) => this.output.watch(progress),
    };
  }

  /** Asks, with the screen and the keys free. */
  asking<T>(ask: () => Promise<T>): Promise<T> {
    this.output.pause();
    return this.interrupts.lend(ask);
  }

  /** Whether somebody is there to answer. */
  get interactive(): boolean {
    return !this.globals.json && process.stdin.isTTY && process.stderr.isTTY;
  }
}

function onlyList(directory: string): string {
  const folder = path.join(directory, "tenants");
  const lists = fs.existsSync(folder)
    ? fs
        .readdirSync(folder, { withFileTypes: true })
        .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    : [];
  const [only, ...others] = lists;
  if (only === undefined) {
    throw new RunFailure(
      "badInput",
      `${folder} holds no list of tenants; run this in a project's folder, or make one by tenantry init`,
    );
  }
  if (others.length > 0) {
    throw new RunFailure("badInput", `there are several lists: ${lists.join(", ")}; say which by --list`);
  }
  return only;
}

/** What a command does, and what it says at the end. */
export interface Doing<T> {
  readonly activity: string;
  readonly work: (session: Session) => Promise<T>;
  /** For people, on standard output. */
  readonly show: (result: T, session: Session) => string;
  /** Where an end that is no failure is not 0 either; default 0. */
  readonly exitCode?: (result: T) => number;
}

/** Does it, once commander has read the options, and sets the exit code of the process. */
export async function perform<T>(
  command: Command,
  { activity, work, show, exitCode }: Doing<T>,
): Promise<void> {
  const globals = command.optsWithGlobals<Globals>();
  const output = outputFor(globals);
  const interrupts = new Interrupts((message) => output.watch({ type: "note", message }));
  const limit = globals.timeout === undefined ? [] : [AbortSignal.timeout(1000 * globals.timeout)];
  const signal = AbortSignal.any([interrupts.signal, ...limit]);
  try {
    const session = new Session(globals, output, signal, interrupts);
    const result = await work(session);
    output.end({ type: "result", activity, result }, show(result, session));
    process.exitCode = exitCode?.(result) ?? 0;
  } catch (error) {
    const failure = expected(error, signal);
    const { kind, message } = failure;
    output.end({ type: "failure", kind, exitCode: failure.exitCode, message }, "");
    process.exitCode = failure.exitCode;
  } finally {
    interrupts.off();
  }
}

/** What nobody foresaw is a fault of ours: its stack goes with it. */
function expected(error: unknown, signal: AbortSignal): RunFailure {
  if (error instanceof RunFailure || signal.aborted) {
    return failureOf(error, [], signal);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new RunFailure("failure", text, { cause: error });
}
