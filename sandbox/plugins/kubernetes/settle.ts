/** Waiting until an object that was stored is ready. */

import { PartialFailure } from "../protocol";
import type { Properties } from "../wire";
import { cancelled, messageOf } from "./errors";
import { annotation, idOf, type KubernetesObject } from "./object";
import { hasFailed, notReady } from "./ready";
import { sealed, stateOf } from "./state";
import type { Task } from "./task";
import { patience, until } from "./wait";

/** An object as the API server stored it. */
export interface Stored {
  readonly inputs: Properties;
  readonly live: KubernetesObject;
  readonly manager: string;
  /** The state so far, empty for a new object. */
  readonly former: Properties;
}

/**
 * The state once the object is ready.
 * @param lead begins the sentence that says why it is not.
 * @throws PartialFailure: the object is there, so the engine must record it.
 */
export async function settled(task: Task, stored: Stored, lead: string): Promise<Properties> {
  const { context, cluster } = task;
  const { inputs, manager, former } = stored;
  if (annotation(inputs, "skipAwait") === "true") {
    return stateOf(stored.live, manager, former);
  }
  let live = stored.live;
  let pending: string | undefined;
  const judge = async (): Promise<boolean> => {
    pending = await notReady(live, cluster.client);
    const failure = hasFailed(live);
    if (failure !== undefined) {
      throw new Error(failure);
    }
    return pending === undefined;
  };
  let fault: string | undefined;
  try {
    if (await judge()) {
      return stateOf(live, manager, former);
    }
    const path = (await task.endpoint(live)).path(live.metadata.namespace, live.metadata.name);
    const ask = async () => {
      live = await task.requests.get(path);
      return judge();
    };
    if (await until(ask, patience(context, inputs), context.signal)) {
      return stateOf(live, manager, former);
    }
    fault = `'${live.metadata.name}' timed out waiting to be Ready`;
  } catch (error) {
    fault = context.signal.aborted ? cancelled(live.metadata.name).message : messageOf(error);
  }
  const reasons = [`${lead}: ${fault}`, ...(pending === undefined ? [] : [pending])];
  throw new PartialFailure(idOf(live), stateOf(live, manager, former), reasons, sealed(inputs));
}
