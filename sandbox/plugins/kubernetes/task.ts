/** One operation of the engine on one resource. */

import type { CallContext } from "../protocol";
import type { Properties } from "../wire";
import type { Cluster } from "./cluster";
import { kindOf, type Endpoint, type Kind } from "./discovery";
import { textAt } from "./object";
import { Requests } from "./requests";

export class Task {
  readonly requests: Requests;
  private readonly declared: Kind;

  constructor(
    readonly cluster: Cluster,
    readonly context: CallContext,
    /** The resource type, such as `kubernetes:core/v1:Pod`. */
    readonly type: string,
  ) {
    this.requests = new Requests(cluster.client, cluster.settings, context);
    this.declared = kindOf(type);
  }

  /** What the object says it is; of a `NamespacePatch` the resource type says it only roughly. */
  kind(object: Properties): Kind {
    const apiVersion = textAt(object, "apiVersion") ?? this.declared.apiVersion;
    const kind = textAt(object, "kind") ?? this.declared.kind;
    return { apiVersion: apiVersion.replace(/^core\//, ""), kind };
  }

  /** Whether the resource is some fields of an object that is somebody else's; a custom kind may be called so, too. */
  isPatch(object: Properties): boolean {
    return `${textAt(object, "kind")}Patch` === this.declared.kind;
  }

  /** Undefined where the server does not serve the kind. */
  find(object: Properties): Promise<Endpoint | undefined> {
    return this.cluster.discovery.find(this.kind(object));
  }

  /** @throws NoKindMatch where the server does not serve the kind. */
  endpoint(object: Properties): Promise<Endpoint> {
    return this.cluster.discovery.endpoint(this.kind(object));
  }
}

/** With the namespace that the object will be in, or without one where the kind has none. */
export function placed(inputs: Properties, endpoint: Endpoint | undefined): Properties {
  const { namespace, ...metadata } = (inputs["metadata"] ?? {}) as Properties;
  const place = endpoint?.namespaced === false ? {} : { namespace: namespace ?? "default" };
  return { ...inputs, metadata: { ...metadata, ...place } };
}
