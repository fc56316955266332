/** One Kubernetes object of any kind, or some fields of one, as a Pulumi resource. */

import type { CallContext, DiffResult, Resource } from "../protocol";
import type { Properties } from "../wire";
import { previewUpdate, update } from "./change";
import { checked } from "./check";
import type { Cluster } from "./cluster";
import { create, previewCreate } from "./creation";
import { remove } from "./deletion";
import { difference } from "./difference";
import { refusedWith } from "./errors";
import { immutableFields } from "./immutable";
import { fieldManager } from "./managers";
import { parseId, type KubernetesObject } from "./object";
import { authored, projected } from "./projection";
import { comparable, unfolded } from "./secret-data";
import { sealed, stateOf } from "./state";
import { placed, Task } from "./task";

export class KubernetesResource implements Resource {
  constructor(
    private readonly cluster: Cluster,
    private readonly type: string,
  ) {}

  async check(context: CallContext, olds: Properties, news: Properties) {
    const task = this.task(context);
    const endpoint = await task.find(news);
    const kind = task.kind(news);
    if (endpoint === undefined && kind.kind.endsWith("List") && Array.isArray(news["items"])) {
      throw new Error(
        "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. Use the underlying resource type instead",
      );
    }
    const rules = {
      kind,
      isPatch: task.isPatch(news),
      // A kind that is not served yet most likely has namespaces; if not, `placed` puts it right.
      defaultNamespace: endpoint?.namespaced === false ? undefined : this.cluster.namespace,
      serverSideApply: this.cluster.settings.serverSideApply,
    };
    return checked(context, rules, olds, news);
  }

  async diff(
    context: CallContext,
    _id: string,
    oldInputs: Properties,
    _state: Properties,
    newInputs: Properties,
    ignored: readonly string[],
  ): Promise<DiffResult> {
    const task = this.task(context);
    const endpoint = await task.find(newInputs);
    const immutable = task.isPatch(newInputs) ? [] : immutableFields(newInputs, this.cluster.settings);
    const [olds, news] = comparable(placed(oldInputs, endpoint), placed(newInputs, endpoint));
    return difference(olds, news, immutable, ignored);
  }

  async create(context: CallContext, inputs: Properties): Promise<{ id: string; state: Properties }> {
    const task = this.task(context);
    return context.preview ? { id: "", state: await previewCreate(task, inputs) } : create(task, inputs);
  }

  async read(context: CallContext, id: string, inputs: Properties = {}, state: Properties = {}) {
    const task = this.task(context);
    const imported = Object.keys(inputs).length === 0;
    const endpoint = await task.find(imported ? state : inputs);
    if (endpoint === undefined) {
      return undefined; // Its definition is gone, and with it every object.
    }
    const { name, namespace } = parseId(id);
    let live: KubernetesObject;
    try {
      live = await task.requests.get(endpoint.path(namespace, name));
    } catch (error) {
      if (refusedWith(error, 404)) {
        return undefined;
      }
      throw error;
    }
    const seen = imported ? authored(live) : (projected(inputs, unfolded(live, inputs)) as Properties);
    const manager = fieldManager(inputs, state, this.cluster.settings.serverSideApply);
    return { id, inputs: sealed(seen), state: stateOf(live, manager, state) };
  }

  update(
    context: CallContext,
    id: string,
    state: Properties,
    oldInputs: Properties,
    inputs: Properties,
  ): Promise<Properties> {
    const change = { id, state, oldInputs, inputs };
    return (context.preview ? previewUpdate : update)(this.task(context), change);
  }

  delete(context: CallContext, id: string, state: Properties): Promise<void> {
    return remove(this.task(context), id, state);
  }

  private task(context: CallContext): Task {
    return new Task(this.cluster, context, this.type);
  }
}
