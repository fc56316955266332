/** Changes of objects in place, really or as the API server says they would be. */

import { PartialFailure } from "../protocol";
import type { Properties } from "../wire";
import { messageOf, refusedWith, updateFailure } from "./errors";
import { leftAlone } from "./ignored";
import { fieldManager, MANAGER_KEY } from "./managers";
import { mergePatch } from "./merge-patch";
import { containsUnknown, parseId, textAt, type KubernetesObject } from "./object";
import { settled } from "./settle";
import { sealed, stateOf } from "./state";
import { placed, type Task } from "./task";

/** What the engine hands over for an update. */
export interface Change {
  readonly id: string;
  readonly state: Properties;
  readonly oldInputs: Properties;
  readonly inputs: Properties;
}

/** The state that the object would have, or the inputs where the API server cannot tell yet. */
export async function previewUpdate(task: Task, change: Change): Promise<Properties> {
  const { id, inputs, state } = change;
  const endpoint = await task.find(inputs);
  if (endpoint === undefined || containsUnknown(inputs)) {
    return inputs;
  }
  const { name, namespace } = parseId(id);
  const path = endpoint.path(namespace, name);
  try {
    const manager = managerOf(task, change);
    const live = await store(task, path, await task.requests.get(path), change, manager);
    return stateOf(live, manager, state);
  } catch (error) {
    if (refusedWith(error, 403)) {
      return inputs;
    }
    throw updateFailure(task.context.urn, error);
  }
}

/** @throws PartialFailure where the server refuses: the engine records the wish and tries again next time. */
export async function update(task: Task, change: Change): Promise<Properties> {
  const { id, inputs, state } = change;
  const { name, namespace } = parseId(id);
  const manager = managerOf(task, change);
  const lead = `the Kubernetes API server reported that ${JSON.stringify(id)} failed to fully initialize or become live`;
  let path: string;
  let before: KubernetesObject;
  try {
    path = (await task.endpoint(inputs)).path(namespace, name);
    before = await task.requests.get(path);
  } catch (error) {
    throw updateFailure(task.context.urn, error);
  }
  let live: KubernetesObject;
  try {
    live = await store(task, path, before, change, manager);
    const former = textAt(state, MANAGER_KEY);
    if (former !== undefined && former !== manager && task.cluster.settings.serverSideApply) {
      await task.requests.relinquish(path, live, former);
    }
  } catch (error) {
    const reason = `${lead}: ${messageOf(error)}`;
    throw new PartialFailure(id, stateOf(before, manager, state), [reason], sealed(inputs));
  }
  return settled(task, { inputs, live, manager, former: state }, lead);
}

function managerOf(task: Task, { inputs, state }: Change): string {
  return fieldManager(inputs, state, task.cluster.settings.serverSideApply);
}

async function store(
  task: Task,
  path: string,
  before: KubernetesObject,
  { inputs, oldInputs }: Change,
  manager: string,
): Promise<KubernetesObject> {
  const { requests } = task;
  const body = placed(inputs, await task.find(inputs));
  if (inputs["kind"] === "CustomResourceDefinition") {
    return requests.replace(path, body, before, manager);
  }
  if (!task.cluster.settings.serverSideApply) {
    return requests.merge(path, mergePatch(oldInputs, inputs));
  }
  if (!task.isPatch(inputs)) {
    await requests.takeOver(path, before, manager);
  }
  return requests.apply(path, leftAlone(body, before, manager, task.context.ignoreChanges), manager, before);
}
