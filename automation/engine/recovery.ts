/**
 * After a run that was killed: what it was making when it ended may stand or not, and the engine does not look. What stands
 * and is ours is taken into the state, so that it is neither made twice nor left behind; a stranger's is not touched.
 */

import type { Deployment, Stack } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { LIST, PLATFORM, TENANT } from "../../model/labels";
import { connect } from "../../proof/connect";
import { awsClients } from "../../proof/live/aws";
import { ChangesByTenant } from "./changes";
import type { Sight } from "../drift/compare";
import type { DeclaredObject } from "../drift/declared";
import { Lookout, nameOf } from "../drift/look";
import { engineEnvironment } from "../identity";
import { isFindable, liveId, type Place } from "./live-ids";
import { alone } from "./lock";
import { RunFailure } from "../outcome";
import type { OperationOptions } from "../operation";
import { platformOf } from "../platform";
import { resourcesOf } from "./protection";
import type { Project } from "../workspace";

const pending = z.object({
  type: z.string(),
  resource: z.looseObject({
    urn: z.string(),
    type: z.string(),
    inputs: z.record(z.string(), z.unknown()).default({}),
  }),
});
type Pending = z.output<typeof pending>;

const deployment = z.looseObject({
  resources: z.array(z.unknown()).default([]),
  pending_operations: z.array(pending).nullish(),
});

export interface Recovery {
  /** URNs of what the killed run had made and not recorded. */
  readonly adopted: readonly string[];
  /** Whether the live resources were read on the way. */
  readonly refreshed: boolean;
}

/** What a killed run left unfinished in the state. */
export function pendingOf(exported: Deployment): Pending[] {
  return deployment.parse(exported.deployment).pending_operations ?? [];
}

/**
 * Brings the state of a killed run in order; does nothing after any other.
 *
 * @throws RunFailure `locked` where a run is at work, `resource` for an object of ours by name that is not ours.
 */
export async function recover(
  stack: Stack,
  project: Project & Pick<OperationOptions, "signal">,
  note: (message: string) => void,
): Promise<Recovery> {
  const { signal } = project;
  const left = pendingOf(await stack.exportStack());
  if (left.length === 0) {
    return { adopted: [], refreshed: false };
  }
  // Pending operations are also what a run at work has: only whoever gets the stack for itself may call them left.
  // The pending creates stay until what stands is taken in: they are the only record of it, also if this run is killed.
  await alone(stack, note, () => stack.refresh({ signal }), signal);
  const exported = await stack.exportStack();
  const known = new Set(resourcesOf(exported).map(({ urn }) => urn));
  const made = left.filter(
    ({ type, resource }) => type === "creating" && isFindable(resource.type) && !known.has(resource.urn),
  );
  const { found, strangers } =
    made.length === 0 ? { found: [], strangers: [] } : await standing(made, exported, project);
  const before = deployment.parse(exported.deployment);
  const resources = [...before.resources, ...found.map(({ state }) => state)];
  const recovered = { ...exported, deployment: { ...before, resources, pending_operations: [] } };
  await alone(stack, note, () => stack.importStack(recovered), signal);
  if (found.length > 0) {
    // What is taken in has the outputs of its inputs alone; what depends on it needs those of the server.
    await alone(stack, note, () => stack.refresh({ signal }), signal);
    note(
      `a run was killed before it recorded what it had made; taken over: ${found.map(({ name }) => name).join(", ")}`,
    );
  }
  if (strangers.length > 0) {
    throw new RunFailure(
      "resource",
      `${strangers.join(", ")} stood before a killed run could make it, and is not ours; it is not adopted: remove it, then run this again`,
    );
  }
  return { adopted: found.map(({ urn }) => urn), refreshed: true };
}

interface Found {
  readonly urn: string;
  readonly name: string;
  /** As the state keeps a resource. */
  readonly state: unknown;
}

interface Standing {
  readonly found: readonly Found[];
  /** Names of those that are not ours. */
  readonly strangers: readonly string[];
}

/** Those that stand on the servers. */
async function standing(made: readonly Pending[], exported: Deployment, project: Project): Promise<Standing> {
  const environment = engineEnvironment(project);
  const platform = await platformOf(project);
  const place: Place = { platform, aws: awsClients(platform, environment) };
  const lookout = new Lookout(platform, connect(platform, undefined, environment), place.aws);
  const tenants = new ChangesByTenant();
  resourcesOf(exported).forEach(({ urn, parent }) => tenants.place(urn, parent));

  const found: Found[] = [];
  const strangers: string[] = [];
  for (const { resource } of made) {
    const { urn, type, inputs } = resource;
    const object: DeclaredObject = { urn, type, tenant: tenants.tenantOf(urn), plane: "", inputs, id: "" };
    const sight = await lookout.look(object);
    if (sight.seen !== "live") {
      continue;
    }
    const name = nameOf(object);
    if (isStrangers(sight)) {
      strangers.push(name);
      continue;
    }
    const id = await liveId(type, inputs, place);
    found.push({ urn, name, state: { ...resource, id, outputs: { ...inputs, id } } });
  }
  return { found, strangers };
}

/** What says whose an object is. */
const OWNERSHIP = [TENANT, LIST, PLATFORM].flatMap((key) => [`metadata.labels.${key}`, `tags.${key}`]);

function isStrangers(sight: Extract<Sight, { seen: "live" }>): boolean {
  return sight.differences.some(({ field }) => OWNERSHIP.includes(field));
}
