/** Self-service: teams write requests, the platform's policy judges them, a platform person accepts (R15, R16). */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { formatFault } from "../../model/fault";
import type { TenantList } from "../../model/read";
import { runnerOf } from "../audit/agent";
import { commitOnly, isCommitted } from "./git-commit";
import { bringIn, rehearse, type Onboarding, type OnboardingOptions } from "./onboard";
import { operate, type OperationOptions } from "../operation";
import { RunFailure } from "../outcome";
import { requestBytes, requestFile, requestFiles, requestFolder } from "./request-files";
import {
  faultsOf,
  granted,
  judged,
  requestPolicy,
  refuseUngranted,
  type JudgedRequest,
} from "./request-judgement";
import { draftTenant } from "./tenant-draft";
import { readList } from "../tenant-files";

/** What the policy says of a request. */
export interface RequestVerdict {
  /** Path of the request. */
  readonly file: string;
  readonly name: string;
  /** `malformed` would be no legal tenant; `refused` asks for what the policy does not grant. */
  readonly verdict: "acceptable" | "refused" | "malformed";
  /** One line each: where, what is wrong, what to write instead. */
  readonly faults: readonly string[];
  /** What is asked for, of a request that is well-formed. */
  readonly asked?: { readonly tier: string; readonly owners: readonly string[]; readonly reason?: string };
}

/**
 * Every request of a list, by name. Nothing is changed and nobody asked.
 *
 * @throws RunFailure `badInput` where the list, or the policy, is itself at fault.
 */
export function listRequests(options: OperationOptions): RequestVerdict[] {
  const files = requestFiles(options);
  if (files.length === 0) {
    return [];
  }
  const [policy, list] = [requestPolicy(options), readList(options)];
  return files.map((file) => verdictOf(judged(file, policy, list)));
}

/**
 * Judges requests as a merge request's pipeline does.
 *
 * @param options `files`: paths of requests of the list.
 * @throws RunFailure with every fault of all of them: `badInput` where one is malformed, `policy` where all are
 * well-formed and one asks for what is not granted.
 */
export function checkRequests(
  options: OperationOptions & { readonly files: readonly string[] },
): RequestVerdict[] {
  const folder = path.resolve(requestFolder(options));
  const files = options.files.map((file) => path.resolve(file));
  const strangers = files.filter((file) => path.dirname(file) !== folder);
  if (strangers.length > 0) {
    throw new RunFailure(
      "badInput",
      `${strangers.join(", ")}: no request of the list ${options.stack}; those lie in ${folder}`,
    );
  }
  const [policy, list] = [requestPolicy(options), readList(options)];
  const all = files.map((file) => judged(file, policy, list));
  refuseUngranted(all);
  return all.map(verdictOf);
}

export interface AcceptOptions extends OnboardingOptions {
  /** Who accepts, for the audit log; default: whoever runs it. Must not be one of the owners. */
  readonly approver?: string;
}

export interface Acceptance extends Onboarding {
  /** Path of the request, which is gone unless this was a dry run. */
  readonly request: string;
  readonly approver: string;
}

/**
 * Accepts a request: onboards the tenant that it asks for and takes the request away. Interrupted, it goes on when it is
 * run again.
 *
 * @throws RunFailure `policy` where the policy does not grant what is asked for, or an owner accepts; otherwise as
 * `onboard`.
 */
export async function acceptRequest(options: AcceptOptions): Promise<Acceptance> {
  const { tenant: name, approver = runnerOf(options), gitopsOnly = false, dryRun = false } = options;
  const file = requestFile(options, name);
  const policy = requestPolicy(options);
  const { request, bytes } = granted(judged(file, policy, without(readList(options), name)));
  const { fields } = request;
  if (fields.owners.some((owner) => owner.toLowerCase() === approver.toLowerCase())) {
    throw new RunFailure(
      "policy",
      `${approver} is an owner of ${name} and cannot accept its request; somebody else of the platform must`,
    );
  }
  const draft = draftTenant(options, fields);
  if (dryRun) {
    return { ...(await rehearse(options, draft)), request: file, approver };
  }
  const about = { activity: "accept request", tenant: name, offline: gitopsOnly };
  return operate({ ...options, actor: approver }, about, async (operation) => {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await operation.step(
      "files",
      "accept the request",
      async () => ({ request: path.relative(options.directory ?? ".", file), sha256, approver }),
      (facts) => facts,
    );
    const onboarding = await bringIn(operation, options, draft);
    await operation.step("files", "take the request away", () => takeAway(options, file, bytes));
    return { ...onboarding, request: file, approver };
  });
}

function verdictOf(one: JudgedRequest): RequestVerdict {
  const { file } = one;
  const told = { file, name: path.basename(file, ".yaml"), faults: faultsOf(one).map(formatFault) };
  if ("malformed" in one) {
    return { ...told, verdict: "malformed" };
  }
  const { fields, tenant, reason } = one.request;
  return {
    ...told,
    verdict: one.refused.length > 0 ? "refused" : "acceptable",
    asked: { tier: tenant.tier, owners: fields.owners, ...(reason !== undefined && { reason }) },
  };
}

/** The list as the others make it: a tenant that was made before an interruption is no clash with its own request. */
function without(list: TenantList, name: string): TenantList {
  return {
    ...list,
    tenants: list.tenants.filter((tenant) => tenant.name !== name),
    read: list.read.filter(({ tenant }) => tenant.name !== name),
  };
}

/** A request that was changed while it was accepted asks for something else, which nobody has accepted. */
async function takeAway(options: AcceptOptions, file: string, accepted: Buffer): Promise<void> {
  const bytes = requestBytes(file);
  if (!Buffer.isBuffer(bytes) || !bytes.equals(accepted)) {
    throw new RunFailure(
      "badInput",
      `${file} was changed while it was accepted; ${options.tenant} was made as it stood before, look at what it asks for now`,
    );
  }
  const committed = options.gitopsOnly === true && (await isCommitted(options, file));
  fs.rmSync(file);
  if (committed) {
    await commitOnly(options, file, `Take away the accepted request of ${options.tenant}`);
  }
}
