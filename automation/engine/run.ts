/** Preview, up, refresh and destroy of a stack: what pipelines call, and the command line too (R103). */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Deployment, EngineEvent, OutputMap, Stack } from "@pulumi/pulumi/automation";
import { z } from "zod";
import type { Tenant } from "../../model/tenant";
import { ChangesByTenant, changesOf, type Counts } from "./changes";
import { engineProgress } from "./engine-progress";
import { refuseLeftBehind } from "./left-behind";
import { leavingApprovals, lossesOf, PlannedLosses, refuseLosses } from "./losses";
import { alone } from "./lock";
import { operate, type Operation, type OperationOptions } from "../operation";
import { failureOf, RunFailure, warningOf } from "../outcome";
import { PlanDigest } from "./plan-digest";
import type { Watcher } from "../progress";
import { refuseOthers, refuseProtectedRemoval } from "./plan-rules";
import { protectedResources, resourcesOf } from "./protection";
import { recover } from "./recovery";
import { refuseLostState } from "./lost-state";
import { readList } from "../tenant-files";
import { openStack, type Project } from "../workspace";

export interface RunOptions extends OperationOptions {
  /** Receives every event of the engine, for progress; unknown kinds must be passed over. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Receives the text that the `pulumi` command would print. */
  readonly onOutput?: (text: string) => void;
  /** The command that this run is a step of; without one it is a command of its own, and recorded as one (R94). */
  readonly within?: Operation;
  /** Resource operations at once; default: the engine's, four for each processor. */
  readonly parallel?: number;
}

/** What is allowed to be lost for good; whatever else would be refuses the run with exit code 5. */
export interface Approval {
  /**
   * What may be deleted or replaced although it holds data: a URN, `acme/key` (or `backup`, `bucket`, `secrets`,
   * `vault`), `acme/*`, or `*` for everything. Beside it stands the stack's config `tenantry:approvals`.
   */
  readonly approve?: readonly string[];
}

export interface PreviewOptions extends RunOptions, Approval {
  /**
   * Folders of policy packs that judge every resource before anything changes; default: the project's own, `policy`, else
   * this package's.
   */
  readonly policyPacks?: readonly string[];
  /** Files with the packs' configs, in the same order. */
  readonly policyPackConfigs?: readonly string[];
  /**
   * The one tenant that may change. The engine's own targets are not used for it: an update by them leaves a state that
   * later runs trip over. The whole list is planned, and the run refused where another tenant would change with it.
   */
  readonly only?: string;
}

export interface UpOptions extends PreviewOptions {
  /** Asked once the plan is known and nothing in it is refused; default: yes. */
  readonly confirm?: (tenants: RunResult["tenants"]) => Promise<boolean>;
  /**
   * Whether live resources are read first, those of `only` where it is given, so that what was changed by hand is planned
   * for and healed (R92); default true.
   */
  readonly refresh?: boolean;
}

export interface DestroyOptions extends RunOptions, Approval {}

export interface RunResult {
  /** Operations by tenant; what belongs to none stands under `(shared)`. */
  readonly tenants: Record<string, Counts>;
  /** SHA-256 of what was done, or would be, to each resource. */
  readonly planDigest: string;
  readonly outputs: OutputMap;
}

/** What `up` would do. Nothing is changed. */
export function preview(options: PreviewOptions): Promise<RunResult> {
  return run(options, async (stack, common, told) => {
    await plan(stack, options, common);
    told.plan();
  });
}

/**
 * Plans, as `preview` does, and where nothing is refused makes the stack true; then reads the live servers back.
 *
 * @throws RunFailure whose `exitCode` follows Pulumi's table.
 */
export function up(options: UpOptions): Promise<RunResult> {
  const { only, environment } = options;
  // To the program, which reads the servers back.
  const meant = only === undefined ? environment : { ...environment, TENANTRY_ONLY: only };
  return audited(options, "up", (watch) =>
    run({ ...options, environment: meant, watch }, async (stack, common, told) => {
      const { refreshed } = await recover(stack, options, told.say);
      const exported = await stack.exportStack();
      await refuseLostState(exported, options);
      refuseProtectedRemoval(declaredTenants(options), exported);
      if ((options.refresh ?? true) && !refreshed) {
        await readLive(exported, options.only, (target) =>
          told.sole(() => stack.refresh({ ...common, target })),
        );
      }
      // Judges the stack as a whole before it is changed: the engine itself would only do so afterwards.
      await consent(options, await plan(stack, options, { ...common, onEvent: told.note }));
      await told.sole(() => stack.up({ ...common, ...packs(options) }));
      await refuseLeftBehind(options, declaredTenants(options) ?? []);
    }),
  );
}

/**
 * Reads what was changed by hand into the state, so that the plan knows of it: of one tenant where one is meant, since
 * another's would come into the plan too. By itself, since within the update the policy packs would judge what was there
 * before it by today's files.
 */
async function readLive(
  exported: Deployment,
  only: string | undefined,
  refresh: (target: string[] | undefined) => Promise<unknown>,
): Promise<void> {
  const resources = resourcesOf(exported);
  const tenants = new ChangesByTenant();
  resources.forEach(({ urn, parent }) => tenants.place(urn, parent));
  const urns = resources.map(({ urn }) => urn);
  const target = only === undefined ? undefined : urns.filter((urn) => tenants.tenantOf(urn) === only);
  if ((target ?? urns).length > 0) {
    await refresh(target);
  }
}

async function consent({ confirm, watch }: UpOptions, tenants: RunResult["tenants"]): Promise<void> {
  watch?.({ type: "plan", tenants });
  if (confirm !== undefined && !(await confirm(tenants))) {
    throw new RunFailure("cancelled", "the plan was not agreed to; nothing was changed");
  }
}

/** Computes what `destroy` would remove; changes nothing. */
export function previewDestroy(options: RunOptions): Promise<RunResult> {
  return run(options, async (stack, common, told) => {
    await stack.previewDestroy(common);
    told.plan();
  });
}

/** Reads the live resources into the state, so that the next `up` repairs what has drifted. */
export function refresh(options: RunOptions): Promise<RunResult> {
  return audited(options, "refresh", (watch) =>
    run({ ...options, watch }, async (stack, common, told) => {
      await recover(stack, options, told.say);
      await told.sole(() => stack.refresh(common));
    }),
  );
}

/**
 * Removes everything the stack made. Where anything in it is protected the run is refused before the first deletion:
 * the engine itself would delete all the rest first.
 */
export function destroy(options: DestroyOptions): Promise<RunResult> {
  return audited(options, "destroy", (watch) =>
    run({ ...options, watch }, async (stack, common, told) => {
      await recover(stack, options, told.say);
      const exported = await stack.exportStack();
      await refuseLostState(exported, options);
      const kept = protectedResources(exported);
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
      refuseLosses(lossesOf(exported), await approvalsOf(stack, options));
      await told.sole(() => stack.destroy(common));
    }),
  );
}

/** Records a run as a command of its own, unless it is a step of another. */
function audited(
  options: RunOptions & Pick<UpOptions, "only">,
  activity: string,
  work: (watch: Watcher | undefined) => Promise<RunResult>,
): Promise<RunResult> {
  const { within, watch, only, stack } = options;
  if (within !== undefined) {
    return work(watch);
  }
  const about = { activity, ...(only !== undefined && { tenant: only }) };
  return operate(options, about, (operation) =>
    operation.step(
      "state",
      `${activity} ${stack}`,
      () => work(watch),
      ({ tenants, planDigest }) => ({
        planDigest,
        changes: Object.entries(tenants).flatMap(([name, counts]) =>
          changesOf(counts).length === 0 ? [] : [`${name} ${changesOf(counts).join(" ")}`],
        ),
      }),
    ),
  );
}

/** What a run tells whoever began it. */
interface Told {
  /** Keeps an event that says why a run failed. */
  readonly note: (event: EngineEvent) => void;
  /** Tells the plan, of a run that only makes one. */
  readonly plan: () => void;
  /** Tells people something that does not fail the run. */
  readonly say: (message: string) => void;
  /** Does what needs the stack for itself, unless the run is to end. */
  readonly sole: <T>(work: () => Promise<T>) => Promise<T>;
}

type Common = Pick<RunOptions, "onEvent" | "onOutput" | "signal" | "parallel">;

/**
 * Previews, and refuses what would be lost without approval or change beside the one tenant that is meant.
 *
 * @returns what would be done, by tenant.
 */
async function plan(stack: Stack, options: PreviewOptions, common: Common): Promise<RunResult["tenants"]> {
  const losses = new PlannedLosses();
  const changes = new ChangesByTenant();
  const onEvent = (event: EngineEvent) => {
    losses.add(event);
    changes.add(event);
    common.onEvent?.(event);
  };
  common.signal?.throwIfAborted();
  await stack.preview({ ...common, ...packs(options), onEvent });
  const planned = losses.all();
  if (planned.length > 0) {
    const leaving = leavingApprovals(declaredTenants(options) ?? []);
    refuseLosses(planned, [...leaving, ...(await approvalsOf(stack, options))]);
  }
  refuseOthers(changes.counts(), options.only);
  return changes.counts();
}

function packs({ directory = process.cwd(), policyPacks, policyPackConfigs = [] }: PreviewOptions) {
  return {
    policyPacks: [...(policyPacks ?? [ownPack(directory)])],
    policyPackConfigs: [...policyPackConfigs],
  };
}

/** The project's pack; that of this package where a project has none. */
function ownPack(directory: string): string {
  const own = path.resolve(directory, "policy");
  return fs.existsSync(own) ? own : path.resolve(__dirname, "..", "..", "policy");
}

async function approvalsOf(stack: Stack, { approve = [] }: Approval): Promise<string[]> {
  const { value = "[]" } = (await stack.getAllConfig())["tenantry:approvals"] ?? {};
  return [...approve, ...z.array(z.string()).parse(JSON.parse(value))];
}

async function run(
  options: RunOptions,
  operation: (stack: Stack, common: Common, told: Told) => Promise<void>,
): Promise<RunResult> {
  // In this process first: faults in the files cost no engine, no server and no state.
  declaredTenants(options);
  const events: EngineEvent[] = [];
  const changes = new ChangesByTenant();
  const digest = new PlanDigest();
  const { onEvent, onOutput, signal, parallel, watch } = options;
  const tell = watch && engineProgress(changes, watch);
  const say = (message: string) => watch?.({ type: "note", message });
  const note = (event: EngineEvent) => {
    if (event.diagnosticEvent ?? event.policyEvent ?? event.resOpFailedEvent) {
      events.push(event);
    }
  };
  const observe = (event: EngineEvent) => {
    changes.add(event);
    digest.add(event);
    tell?.(event);
    note(event);
    onEvent?.(event);
    const warning = warningOf(event);
    if (warning !== undefined) {
      say(warning);
    }
  };
  try {
    const stack = await openStack(options);
    const told: Told = {
      note,
      plan: () => watch?.({ type: "plan", tenants: changes.counts() }),
      say,
      sole: (work) => alone(stack, say, work, signal),
    };
    await operation(stack, { onEvent: observe, onOutput, signal, parallel }, told);
    return { tenants: changes.counts(), planDigest: digest.value(), outputs: await stack.outputs() };
  } catch (error) {
    throw failureOf(error, events, signal);
  }
}

/** The tenants that the files declare; undefined for the platform. */
function declaredTenants(project: Project): readonly Tenant[] | undefined {
  return project.stack === "platform" ? undefined : readList(project).tenants;
}
