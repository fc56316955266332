/** A tenant begins: its file is written, judged, and made true for that tenant alone (R83, R84, R86). */

import * as fs from "node:fs";
import { changesOf } from "../engine/changes";
import { commitOnly, isCommitted, refuseUncommittable } from "./git-commit";
import { draftTenant, type TenantDraft } from "./tenant-draft";
import { operate, type Operation, type TenantOptions } from "../operation";
import { failureOf, RunFailure } from "../outcome";
import { refuseOthers } from "../engine/plan-rules";
import { preview, up, type RunResult, type UpOptions } from "../engine/run";
import type { TenantFields } from "./new-tenant";
import { createWhole } from "../tenant-files";

/** How a tenant comes into being, whoever asked for it. */
export interface OnboardingOptions
  extends TenantOptions, Pick<UpOptions, "confirm" | "policyPacks" | "policyPackConfigs"> {
  /** Writes and commits the file and asks no server; a pipeline does the rest. Default false. */
  readonly gitopsOnly?: boolean;
  /** Shows what would be, and leaves nothing. Default false. */
  readonly dryRun?: boolean;
}

export interface OnboardOptions extends OnboardingOptions, Pick<TenantFields, "tier" | "allowRoot" | "mesh"> {
  /** E-mail addresses of who answers for the tenant; may be left out where the file is there already. */
  readonly owners?: readonly string[];
  /** A version 4 UUID; default: a new one. */
  readonly id?: string;
}

export interface Onboarding {
  /** Path of the tenant's file. */
  readonly file: string;
  /** What the file holds, or would hold. */
  readonly text: string;
  /** Whether this run made the file. */
  readonly created: boolean;
  /** Whether this run changed anything: the file, a commit, a live object. */
  readonly changed: boolean;
  /** Whether the live servers were made to match. */
  readonly applied: boolean;
  /** Operations by tenant, done or planned; none where no server was asked. */
  readonly tenants: RunResult["tenants"];
}

/**
 * Makes a tenant. Run again it changes nothing, or goes on where it was interrupted; a file that says something else is
 * never overwritten. A file that this run made goes again where the plan is refused or not agreed to, and stays where
 * carrying it out fails.
 *
 * @throws RunFailure `badInput` with every fault of the list, `policy` where a policy refuses the tenant, `resource`
 * where another tenant would change too, `cancelled` where `confirm` says no.
 */
export async function onboard(options: OnboardOptions): Promise<Onboarding> {
  const { tenant: name, id, tier, allowRoot, mesh, gitopsOnly = false, dryRun = false } = options;
  const owners = options.owners && [...options.owners];
  const draft = draftTenant(options, { name, id, owners, tier, allowRoot, mesh });
  if (dryRun) {
    return rehearse(options, draft);
  }
  return operate(options, { activity: "onboard", tenant: name, offline: gitopsOnly }, (operation) =>
    bringIn(operation, options, draft),
  );
}

/** Writes the file, and makes it true or commits it. */
export async function bringIn(
  operation: Operation,
  options: OnboardingOptions,
  draft: TenantDraft,
): Promise<Onboarding> {
  const { file, text, isNew } = draft;
  if (options.gitopsOnly === true) {
    await refuseUncommittable(options, file);
  }
  if (isNew) {
    await operation.step("files", "write the tenant's file", async () => createWhole(file, text));
  }
  const made = { file, text, created: isNew };
  if (options.gitopsOnly === true) {
    const changed = await committed(operation, options, draft);
    return { ...made, changed, applied: false, tenants: {} };
  }
  const tenants = await applied(operation, options, draft);
  const changed = isNew || changesOf(tenants[options.tenant] ?? {}).length > 0;
  return { ...made, changed, applied: true, tenants };
}

async function committed(
  operation: Operation,
  options: OnboardingOptions,
  { file, isNew }: TenantDraft,
): Promise<boolean> {
  if (await isCommitted(options, file)) {
    return false;
  }
  await operation.step("files", "commit the tenant's file", () =>
    takingBack(
      file,
      () => isNew,
      () => commitOnly(options, file, `Onboard ${options.tenant}`),
    ),
  );
  return true;
}

function applied(
  operation: Operation,
  options: OnboardingOptions,
  { file, isNew }: TenantDraft,
): Promise<RunResult["tenants"]> {
  let agreed = false;
  const confirm = async (tenants: RunResult["tenants"]) => {
    agreed = isEmpty(tenants) || ((await options.confirm?.(tenants)) ?? true);
    return agreed;
  };
  const work = () => up({ ...options, within: operation, only: options.tenant, confirm });
  return operation
    .step(
      "state",
      "make the tenant's file true",
      () => takingBack(file, () => isNew && !agreed, work, options.signal),
      ({ planDigest }) => ({ planDigest }),
    )
    .then(({ tenants }) => tenants);
}

/** Takes a new file away again where nothing came of it. */
async function takingBack<T>(
  file: string,
  isVain: () => boolean,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isVain()) {
      throw error;
    }
    fs.rmSync(file, { force: true });
    const { kind, message } = failureOf(error, [], signal);
    throw new RunFailure(kind, `${message}\n${file} was taken away again`, { cause: error });
  }
}

/** The plan with the file in its place, for as long as the preview takes. */
export async function rehearse(
  options: OnboardingOptions,
  { file, text, isNew }: TenantDraft,
): Promise<Onboarding> {
  const told = { file, text, created: false, changed: false, applied: false };
  if (options.gitopsOnly === true) {
    await refuseUncommittable(options, file);
    return { ...told, tenants: {} };
  }
  if (isNew) {
    createWhole(file, text);
  }
  try {
    const { tenants } = await preview(options);
    refuseOthers(tenants, options.tenant);
    return { ...told, tenants };
  } finally {
    if (isNew) {
      fs.rmSync(file, { force: true });
    }
  }
}

function isEmpty(tenants: RunResult["tenants"]): boolean {
  return Object.values(tenants).every((counts) => changesOf(counts).length === 0);
}
