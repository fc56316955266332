/** Resources of a cluster that does not answer: previews go on without it, everything else says why. */

import type { CallContext, Resource } from "../protocol";
import type { Properties } from "../wire";
import { checked } from "./check";
import type { UnreachableCluster } from "./cluster";
import { difference } from "./difference";
import { kindOf } from "./discovery";
import { immutableFields } from "./immutable";

const CURE =
  'If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

export class UnreachableResource implements Resource {
  constructor(
    private readonly cluster: UnreachableCluster,
    private readonly type: string,
  ) {}

  check(context: CallContext, olds: Properties, news: Properties) {
    const { serverSideApply, skipUpdateUnreachable, namespace } = this.cluster.settings;
    if (skipUpdateUnreachable) {
      return Promise.resolve({ inputs: olds, failures: [] });
    }
    const kind = kindOf(this.type);
    const isPatch = `${String(news["kind"])}Patch` === kind.kind;
    return Promise.resolve(
      checked(context, { kind, isPatch, defaultNamespace: namespace, serverSideApply }, olds, news),
    );
  }

  diff(
    _context: CallContext,
    _id: string,
    oldInputs: Properties,
    _state: Properties,
    newInputs: Properties,
    ignored: readonly string[],
  ) {
    const immutable = immutableFields(newInputs, this.cluster.settings);
    return Promise.resolve(difference(oldInputs, newInputs, immutable, ignored));
  }

  create({ preview }: CallContext, inputs: Properties): Promise<{ id: string; state: Properties }> {
    return preview ? Promise.resolve({ id: "", state: inputs }) : this.refuse();
  }

  read(_context: CallContext, id: string, inputs: Properties = {}, state: Properties = {}) {
    const { deleteUnreachable, skipUpdateUnreachable } = this.cluster.settings;
    if (deleteUnreachable) {
      return Promise.resolve(undefined);
    }
    return skipUpdateUnreachable
      ? Promise.resolve({ id, inputs, state })
      : this.refuse(`failed to read resource state due to unreachable cluster. ${CURE}`);
  }

  update(
    { preview }: CallContext,
    _id: string,
    _oldState: Properties,
    _oldInputs: Properties,
    inputs: Properties,
  ): Promise<Properties> {
    return preview ? Promise.resolve(inputs) : this.refuse();
  }

  delete(): Promise<void> {
    return this.cluster.settings.deleteUnreachable ? Promise.resolve() : this.refuse(CURE);
  }

  private refuse(advice?: string): Promise<never> {
    const sentence = `configured Kubernetes cluster is unreachable: ${this.cluster.unreachable}`;
    return Promise.reject(new Error(advice === undefined ? sentence : `${sentence}\n${advice}`));
  }
}
