/** Deleting an object and waiting until it is gone, or giving back the fields of somebody else's. */

import type { Properties } from "../wire";
import { cancelled, refusedWith } from "./errors";
import { MANAGER_KEY } from "./managers";
import { annotation, parseId, textAt } from "./object";
import { heldBy } from "./ready";
import type { Requests } from "./requests";
import type { Task } from "./task";
import { patience, until } from "./wait";

const PROPAGATION: Readonly<Record<string, string>> = { orphan: "Orphan", background: "Background" };

export async function remove(task: Task, id: string, state: Properties): Promise<void> {
  const endpoint = await task.find(state);
  if (endpoint === undefined) {
    return; // Its definition is gone, and with it every object.
  }
  const { name, namespace } = parseId(id);
  const path = endpoint.path(namespace, name);
  const manager = textAt(state, MANAGER_KEY);
  if (task.isPatch(state) && manager !== undefined) {
    return release(task.requests, path, manager);
  }
  const policy = annotation(state, "deletionPropagation")?.toLowerCase() ?? "";
  if (await isGone(task.requests.remove(path, PROPAGATION[policy] ?? "Foreground"))) {
    return;
  }
  if (annotation(state, "skipAwait") !== "true") {
    await awaitGone(task, path, name, state);
  }
}

async function awaitGone({ context, requests }: Task, path: string, name: string, state: Properties) {
  const seconds = patience(context, state);
  let holding = "";
  const look = async () => {
    holding = heldBy(await requests.get(path));
  };
  try {
    if (await until(() => isGone(look()), seconds, context.signal)) {
      return;
    }
  } catch (error) {
    throw context.signal.aborted ? cancelled(name) : error;
  }
  throw new Error(`'${name}' timed out waiting to be deleted after ${seconds} s: ${holding}`);
}

async function isGone(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return false;
  } catch (error) {
    if (refusedWith(error, 404)) {
      return true;
    }
    throw error;
  }
}

async function release(requests: Requests, path: string, manager: string): Promise<void> {
  try {
    await requests.relinquish(path, await requests.get(path), manager);
  } catch (error) {
    if (refusedWith(error, 404)) {
      return;
    }
    throw refusedWith(error, 422) && /Required value/.test(error.message)
      ? new Error(
          `this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the \`retainOnDelete\` resource option, or transfer ownership of the field before deleting: ${error.message}`,
        )
      : error;
  }
}
