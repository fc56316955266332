/** Preview, up, refresh and destroy of a stack: what pipelines call, and the command line too (R103). */

import * as path from "node:path";
import type { Deployment, EngineEvent, OutputMap, Stack } from "@pulumi/pulumi/automation";
import { InputFaults } from "../model/fault";
import { readTenantList } from "../model/read";
import { ChangesByTenant, type Counts } from "./changes";
import { failureOf, RunFailure } from "./outcome";
import { protectedResources, protectedTenants } from "./protection";
import { openStack, type Project } from "./workspace";

export interface RunOptions extends Project {
  /** Receives every event of the engine, for progress; unknown kinds must be passed over. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Receives the text that the `pulumi` command would print. */
  readonly onOutput?: (text: string) => void;
  /** Ends the run gracefully: what has begun is finished and recorded. */
  readonly signal?: AbortSignal;
  /** Resource operations at once; default: the engine's, four for each processor. */
  readonly parallel?: number;
}

export interface PreviewOptions extends RunOptions {
  /** Folders of policy packs that judge every resource before anything changes. */
  readonly policyPacks?: readonly string[];
}

export interface RunResult {
  /** Operations by tenant; what belongs to none stands under `(shared)`. */
  readonly tenants: Record<string, Counts>;
  readonly outputs: OutputMap;
}

/** What `up` would do. Nothing is changed. */
export function preview(options: PreviewOptions): Promise<RunResult> {
  return run(options, async (stack, common) => {
    await stack.preview({ ...common, policyPacks: [...(options.policyPacks ?? [])] });
  });
}

/**
 * Makes the stack true, then reads the live servers back.
 *
 * @throws RunFailure whose `exitCode` follows Pulumi's table.
 */
export function up(options: PreviewOptions): Promise<RunResult> {
  return run(options, async (stack, common) => {
    refuseProtectedRemoval(options, await stack.exportStack());
    await stack.up({ ...common, policyPacks: [...(options.policyPacks ?? [])] });
  });
}

/** Reads the live resources into the state, so that the next `up` repairs what has drifted. */
export function refresh(options: RunOptions): Promise<RunResult> {
  return run(options, async (stack, common) => {
    await stack.refresh(common);
  });
}

/**
 * Removes everything the stack made. Where anything in it is protected the run is refused before the first deletion:
 * the engine itself would delete all the rest first.
 */
export function destroy(options: RunOptions): Promise<RunResult> {
  return run(options, async (stack, common) => {
    const kept = protectedResources(await stack.exportStack());
    if (kept.length > 0) {
      throw new RunFailure(
        "resource",
        [
          `stack ${options.stack} holds protected resources; nothing was deleted:`,
          ...kept.map((urn) => `  ${urn}`),
          "set lifecycle.deletionProtection: false in the tenants' files, run up, then destroy",
        ].join("\n"),
      );
    }
    await stack.destroy(common);
  });
}

type Common = Pick<RunOptions, "onEvent" | "onOutput" | "signal" | "parallel">;

async function run(
  options: RunOptions,
  operation: (stack: Stack, common: Common) => Promise<void>,
): Promise<RunResult> {
  refuseBadInput(options);
  const events: EngineEvent[] = [];
  const changes = new ChangesByTenant();
  const { onEvent, onOutput, signal, parallel } = options;
  const observe = (event: EngineEvent) => {
    changes.add(event);
    if (event.diagnosticEvent ?? event.policyEvent ?? event.resOpFailedEvent) {
      events.push(event);
    }
    onEvent?.(event);
  };
  try {
    const stack = await openStack(options);
    await operation(stack, { onEvent: observe, onOutput, signal, parallel });
    return { tenants: changes.counts(), outputs: await stack.outputs() };
  } catch (error) {
    throw failureOf(error, events, signal);
  }
}

/** Reads the tenant files in this process first: their faults cost no engine, no server and no state. */
function refuseBadInput(project: Project): void {
  declaredTenants(project);
}

/**
 * A protected tenant whose file is gone: the engine would refuse too, but without a preview only after it had begun to
 * delete the rest.
 */
function refuseProtectedRemoval(project: Project, exported: Deployment): void {
  const declared = declaredTenants(project);
  const removed =
    declared === undefined ? [] : protectedTenants(exported).filter((name) => !declared.includes(name));
  if (removed.length > 0) {
    const message = `no file declares ${removed.join(", ")} any more, but protected resources stand; nothing was changed: put the file back with lifecycle.deletionProtection: false, run up, then remove it`;
    throw new RunFailure("resource", message);
  }
}

/** Names of the tenants that the files declare; undefined for the platform. */
function declaredTenants({ stack, directory = process.cwd() }: Project): string[] | undefined {
  if (stack === "platform") {
    return undefined;
  }
  try {
    return readTenantList(path.join(directory, "tenants", stack), stack).tenants.map(({ name }) => name);
  } catch (error) {
    throw error instanceof InputFaults ? new RunFailure("badInput", error.message, { cause: error }) : error;
  }
}
