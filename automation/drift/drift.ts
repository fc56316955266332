/**
 * Drift: what the live servers say against what the tenant files mean (R92). Pulumi's state is no witness: a namespace
 * that somebody deleted by hand is still in it.
 */

import type { Tenant } from "../../model/tenant";
import { connect } from "../../proof/connect";
import { awsClients } from "../../proof/live/aws";
import { readBack } from "../../proof/readback";
import { ReadError } from "../../proof/reader";
import { foreignNamespaces } from "./foreign";
import { declaredObjects, type DeclaredObject } from "./declared";
import { Lookout } from "./look";
import { isClean, report, type Declaration, type DriftReport, type Unreachable } from "./report";
import { engineEnvironment } from "../identity";
import { operate, type Operation, type OperationOptions } from "../operation";
import { RunFailure } from "../outcome";
import { platformOf } from "../platform";
import type { Facts } from "../progress";
import { up, type RunOptions } from "../engine/run";
import { readList, readTenant } from "../tenant-files";

export interface DriftOptions extends OperationOptions {
  /** The one tenant to look at; default: the whole stack. */
  readonly tenant?: string;
}

export interface RepairOptions extends DriftOptions, Pick<RunOptions, "onEvent" | "onOutput"> {
  /** What of that which holds data may be replaced; see `up`. */
  readonly approve?: readonly string[];
}

export interface Repair {
  readonly found: DriftReport;
  /** What still stands after the repair. */
  readonly left: DriftReport;
}

/**
 * Compares; changes nothing.
 *
 * @throws RunFailure `badInput` for faults in the files, `credentials` where a server refuses them.
 */
export function drift(options: DriftOptions): Promise<DriftReport> {
  return operate(options, about("drift", options), (operation) => look(options, operation));
}

/**
 * Makes the live servers say what the files mean: `up` reads them into the state and applies the files with policy. What
 * belongs to the platform's own stack is repaired by repairing that.
 *
 * @throws RunFailure as `up` does.
 */
export function repair(options: RepairOptions): Promise<Repair> {
  return operate(options, about("repair", options), async (operation) => {
    const found = await look(options, operation);
    if (isClean(found)) {
      return { found, left: found };
    }
    await operation.step(
      "state",
      "apply the files",
      () => up({ ...options, within: operation, only: options.tenant }),
      ({ planDigest }) => ({ planDigest }),
    );
    return { found, left: await look(options, operation) };
  });
}

function about(activity: string, { tenant }: DriftOptions) {
  return { activity, ...(tenant !== undefined && { tenant }) };
}

async function look(options: DriftOptions, operation: Operation): Promise<DriftReport> {
  const environment = engineEnvironment(options);
  const tenants = tenantsOf(options);
  const platform = await platformOf(options);
  const connections = connect(platform, undefined, environment);
  const clients = awsClients(platform, environment);

  const guardrails = await operation.step(
    "kubernetes",
    "read the guardrails back",
    () => orUnreachable(() => readBack(tenants, connections, environment)),
    (read): Facts =>
      "why" in read ? { unreachable: read.why } : { checked: read.checked, loosened: read.findings.length },
  );
  const declared = await operation.step(
    "files",
    "work out what the files mean",
    () => orUnreachable(() => declaration(options)),
    (read): Facts => ("why" in read ? { unreachable: read.why } : { objects: read.objects.length }),
  );
  const objects = "why" in declared ? [] : declared.objects.filter(isAbout(options));
  const lookout = new Lookout(platform, connections, clients);
  const seen = await operation.step(
    "kubernetes",
    "look at every declared object",
    () => lookout.lookAt(objects),
    ({ missing, changed, loosened }) => ({
      objects: objects.length,
      missing: missing.length,
      changed: changed.length,
      loosened: loosened.length,
    }),
  );
  const foreign = await operation.step(
    "kubernetes",
    "look for what no file declares",
    () => orUnreachable(async () => ({ found: await foreignNamespaces(options, connections) })),
    (read): Facts => ("why" in read ? { unreachable: read.why } : { found: read.found.length }),
  );
  return report(guardrails, declared, seen, foreign);
}

function tenantsOf(options: DriftOptions): readonly Tenant[] {
  if (options.tenant !== undefined) {
    return [readTenant(options, options.tenant)];
  }
  return options.stack === "platform" ? [] : readList(options).tenants;
}

function isAbout({ tenant }: DriftOptions): (object: DeclaredObject) => boolean {
  return (object) => tenant === undefined || object.tenant === tenant;
}

/** What preflight says of a name that is taken, a key that is about to go. */
const CONFLICT = /^conflict: (.*)$/gm;

async function declaration(options: DriftOptions): Promise<Declaration> {
  try {
    return { objects: await declaredObjects(options), conflicts: [] };
  } catch (error) {
    const sentences = error instanceof Error ? [...error.message.matchAll(CONFLICT)] : [];
    if (sentences.length === 0) {
      throw error;
    }
    const conflicts = sentences.map(([, fault = ""]) => ({
      tenant: options.tenant ?? "(list)",
      plane: "preflight",
      object: "a declared object",
      fault: `stands against what is there: ${fault}`,
    }));
    return { objects: [], conflicts };
  }
}

/** What preflight says of a server that does not answer. */
const UNREACHABLE = /^unreachable: (.*)$/m;

/** No answer is no proof of anything; a refusal of credentials ends the command. */
async function orUnreachable<T extends object>(read: () => Promise<T>): Promise<T | Unreachable> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ReadError && error.status !== 401) {
      return { server: serverOf(error.message), why: error.message };
    }
    const said = error instanceof RunFailure ? UNREACHABLE.exec(error.message)?.[1] : undefined;
    if (said !== undefined) {
      return { server: serverOf(said), why: said };
    }
    throw error;
  }
}

/** Its address, where the sentence names one. */
function serverOf(sentence: string): string {
  return /https?:\/\/[^/\s:]+(?::\d+)?/.exec(sentence)?.[0] ?? "unknown";
}
