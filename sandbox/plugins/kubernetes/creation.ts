/** New objects, really or as the API server says they would be. */

import { setTimeout as sleep } from "node:timers/promises";
import { UNKNOWN } from "../protocol";
import type { Properties } from "../wire";
import type { Endpoint } from "./discovery";
import { cancelled, createFailure, isMissingNamespace, NoKindMatch, refusedWith } from "./errors";
import { fieldManager } from "./managers";
import { at, containsUnknown, idOf, isObject, textAt, type KubernetesObject } from "./object";
import { settled } from "./settle";
import { stateOf } from "./state";
import { placed, type Task } from "./task";

/** Pauses between attempts to create what has to wait for its namespace or its CRD, in seconds. */
const PAUSES = [1, 2, 4, 8, 16];

export async function create(task: Task, inputs: Properties): Promise<{ id: string; state: Properties }> {
  const { context, cluster } = task;
  const manager = fieldManager(inputs, {}, cluster.settings.serverSideApply);
  let live: KubernetesObject;
  try {
    live = await createPatiently(task, inputs, manager);
  } catch (error) {
    throw context.signal.aborted
      ? cancelled(textAt(inputs, "metadata", "name"))
      : createFailure(context.urn, task.kind(inputs), error);
  }
  const lead = `resource ${JSON.stringify(context.urn)} was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live`;
  return { id: idOf(live), state: await settled(task, { inputs, live, manager, former: {} }, lead) };
}

/** The state that the object would have, or the inputs where the API server cannot tell yet. */
export async function previewCreate(task: Task, inputs: Properties): Promise<Properties> {
  const endpoint = await task.find(inputs);
  const { serverSideApply } = task.cluster.settings;
  if (endpoint === undefined || containsUnknown(inputs) || task.isPatch(inputs) || !serverSideApply) {
    return inputs;
  }
  const manager = fieldManager(inputs, {}, serverSideApply);
  try {
    return foreseen(stateOf(await createOnce(task, endpoint, inputs, manager), manager), inputs);
  } catch (error) {
    if (isPremature(error)) {
      return inputs;
    }
    throw createFailure(task.context.urn, task.kind(inputs), error);
  }
}

/** What a dry run makes up, and the real creation makes up anew. */
const MADE_UP = ["creationTimestamp", "resourceVersion", "uid"];
/** Of Services: taken from a pool, unless the program says which. */
const ALLOCATED = ["clusterIP", "clusterIPs"];

/** The state of a dry run, with unknown for what a program would take for the real object's. */
function foreseen(dryRun: Properties, inputs: Properties): Properties {
  const metadata = { ...(dryRun["metadata"] as Properties), ...unknowns(MADE_UP) };
  const state: Properties = { ...dryRun, metadata };
  // Empty before the controllers have seen the object: a program would read it as the real one.
  delete state["status"];
  if (state["kind"] === "Service" && isObject(state["spec"])) {
    const allocated = ALLOCATED.filter((key) => at(inputs, "spec", key) === undefined);
    state["spec"] = { ...state["spec"], ...unknowns(allocated) };
  }
  return state;
}

function unknowns(keys: readonly string[]): Properties {
  return Object.fromEntries(keys.map((key) => [key, UNKNOWN]));
}

/** The namespace comes in the same run, the old object goes in it, or somebody else will run it. */
function isPremature(error: unknown): boolean {
  return (
    isMissingNamespace(error) ||
    refusedWith(error, 403) ||
    refusedWith(error, 409) ||
    (refusedWith(error, 400) && /does not support dry run/.test(error.message)) ||
    (refusedWith(error, 422) && /field is immutable/.test(error.message))
  );
}

/** What a run creates in no particular order may have to wait for its namespace or its definition. */
async function createPatiently(task: Task, inputs: Properties, manager: string): Promise<KubernetesObject> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await createOnce(task, await task.endpoint(inputs), inputs, manager);
    } catch (error) {
      const pause = PAUSES[attempt];
      if (pause === undefined || !(error instanceof NoKindMatch || refusedWith(error, 404))) {
        throw error;
      }
      await sleep(pause * 1000, undefined, { signal: task.context.signal });
    }
  }
}

function createOnce(task: Task, endpoint: Endpoint, inputs: Properties, manager: string) {
  const { cluster, requests } = task;
  const body = placed(inputs, endpoint);
  const namespace = textAt(body, "metadata", "namespace");
  const { serverSideApply, upsert } = cluster.settings;
  return serverSideApply && (upsert || task.isPatch(inputs))
    ? requests.apply(endpoint.path(namespace, textAt(body, "metadata", "name")), body, manager, undefined)
    : requests.create(endpoint.path(namespace), body);
}
