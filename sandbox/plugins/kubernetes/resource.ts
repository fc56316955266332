/** One Kubernetes object of any kind, as a Pulumi resource. */

import { randomBytes } from "node:crypto";
import {
  isUnknown,
  PartialFailure,
  Secret,
  type CallContext,
  type CheckFailure,
  type Resource,
} from "../protocol";
import type { Properties } from "../wire";
import { ApiError, type Client, type KubernetesObject } from "./client";
import type { Settings } from "./config";
import { difference, isObject } from "./difference";
import { NoKindMatch, type Discovery, type Endpoint, type Kind } from "./discovery";
import { authored, projected, recorded } from "./projection";
import { notReady, poll } from "./ready";

const MANAGER = "pulumi-kubernetes";
const AUTONAMED = "pulumi.com/autonamed";
const FORCE = "pulumi.com/patchForce";
const DEFAULT_TIMEOUT_SECONDS = 600;

export class KubernetesResource implements Resource {
  constructor(
    private readonly kind: Kind,
    private readonly client: Client,
    private readonly discovery: Discovery,
    private readonly settings: Settings,
  ) {}

  async check(
    { urn }: CallContext,
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: CheckFailure[] }> {
    const inputs = withoutNulls(news) as Properties;
    if (inputs["metadata"] !== undefined && !isObject(inputs["metadata"]) && !isUnknown(inputs["metadata"])) {
      return { inputs, failures: [{ property: "metadata", reason: "must be an object" }] };
    }
    if (isUnknown(inputs["metadata"])) {
      return { inputs, failures: [] };
    }
    const metadata = { ...(inputs["metadata"] as Properties | undefined) };
    if (metadata["name"] === undefined && metadata["generateName"] === undefined) {
      metadata["name"] = nameOf(olds) ?? `${urn.split("::").at(-1)}-${randomBytes(4).toString("hex")}`;
      metadata["annotations"] = {
        ...(metadata["annotations"] as Properties | undefined),
        [AUTONAMED]: "true",
      };
    }
    const endpoint = await this.endpoint();
    if (endpoint?.namespaced && metadata["namespace"] === undefined) {
      metadata["namespace"] = this.settings.namespace;
    }
    return { inputs: { ...inputs, ...this.kind, metadata }, failures: [] };
  }

  async diff(
    _context: CallContext,
    _id: string,
    oldInputs: Properties,
    _state: Properties,
    news: Properties,
    ignored: readonly string[],
  ) {
    const mutable = { configMaps: this.settings.mutableConfigMaps, secrets: this.settings.mutableSecrets };
    const result = difference(this.kind, oldInputs, news, mutable, !isAutonamed(news));
    const relevant = Object.entries(result.detailed).filter(
      ([path]) => !ignored.some((field) => path === field || path.startsWith(`${field}.`)),
    );
    const detailed = Object.fromEntries(relevant);
    return {
      ...result,
      detailed,
      changes: relevant.length > 0,
      replaces: result.replaces.filter((path) => path in detailed),
    };
  }

  async create(context: CallContext, inputs: Properties): Promise<{ id: string; state: Properties }> {
    const endpoint = await this.endpoint();
    if (context.preview && (endpoint === undefined || containsUnknown(inputs))) {
      return { id: "", state: inputs };
    }
    const { path } = endpoint ?? this.missing();
    const { name, namespace } = identity(inputs);
    try {
      const live = this.settings.upsert
        ? await this.apply(path(namespace, name), inputs, context, true)
        : await this.client.request(
            "POST",
            query(path(namespace), context, {}),
            inputs,
            "application/json",
            context.signal,
          );
      return context.preview
        ? { id: "", state: recorded(live) }
        : await this.awaited(context, inputs, live, path(namespace, live.metadata.name));
    } catch (error) {
      if (context.preview && isMissingNamespace(error, namespace)) {
        return { id: "", state: inputs };
      }
      throw failed("created", idOf(namespace, name), error);
    }
  }

  async read(context: CallContext, id: string, inputs?: Properties, state?: Properties) {
    const { path } = (await this.endpoint()) ?? this.missing();
    const [name = "", namespace] = id.split("/").reverse();
    const live = await this.find(path(namespace, name), context.signal);
    if (live === undefined) {
      return undefined;
    }
    // Old state may hold fields that inputs of an import do not.
    const imported = inputs === undefined || Object.keys(inputs).length === 0 || state === undefined;
    const seen = imported ? authored(live) : (projected(inputs, live) as Properties);
    return { id, inputs: this.hidden(seen), state: this.hidden(recorded(live)) };
  }

  async update(
    context: CallContext,
    id: string,
    _olds: Properties,
    _oldInputs: Properties,
    news: Properties,
  ): Promise<Properties> {
    if (context.preview && containsUnknown(news)) {
      return news;
    }
    const { path } = (await this.endpoint()) ?? this.missing();
    const { name, namespace } = identity(news);
    const url = path(namespace, name);
    try {
      const owned = await this.ownedByApply(url, context);
      const live = await this.apply(url, news, context, !owned || isForced(news));
      return context.preview ? recorded(live) : (await this.awaited(context, news, live, url)).state;
    } catch (error) {
      throw failed("updated", id, error);
    }
  }

  async delete(context: CallContext, id: string, state: Properties): Promise<void> {
    const endpoint = await this.endpoint();
    if (endpoint === undefined) {
      return; // Its definition is gone, and with it every object.
    }
    const [name = "", namespace] = id.split("/").reverse();
    const url = endpoint.path(namespace, name);
    try {
      await this.client.request(
        "DELETE",
        url,
        { propagationPolicy: "Foreground" },
        "application/json",
        context.signal,
      );
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return;
      }
      throw failed("deleted", id, error);
    }
    if (annotationsOf(state)["pulumi.com/skipAwait"] === "true") {
      return;
    }
    const seconds = context.timeoutSeconds || DEFAULT_TIMEOUT_SECONDS;
    let holding = "";
    const gone = await poll(
      async () => {
        const live = await this.find(url, context.signal);
        holding = finalizersOf(live);
        return live === undefined ? true : undefined;
      },
      seconds,
      context.signal,
    );
    if (gone === undefined) {
      throw new Error(`resource ${JSON.stringify(id)} was not deleted in ${seconds} s${holding}`);
    }
  }

  private async endpoint(): Promise<Endpoint | undefined> {
    try {
      return await this.discovery.endpoint(this.kind);
    } catch (error) {
      if (error instanceof NoKindMatch) {
        return undefined;
      }
      throw error;
    }
  }

  private missing(): never {
    throw new NoKindMatch(this.kind);
  }

  private async find(url: string, signal: AbortSignal): Promise<KubernetesObject | undefined> {
    try {
      return await this.client.get(url, signal);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  private apply(
    url: string,
    inputs: Properties,
    context: CallContext,
    force: boolean,
  ): Promise<KubernetesObject> {
    const target = query(url, context, { force: String(force) });
    return this.client.request("PATCH", target, inputs, "application/apply-patch+yaml", context.signal);
  }

  /**
   * An object is created by a plain request, which refuses what exists; its fields are then owned by our updates. To
   * apply from here on, so that fields which the program drops go away, that ownership is turned into one by apply.
   */
  private async ownedByApply(url: string, context: CallContext): Promise<boolean> {
    const live = await this.client.get(url, context.signal);
    const fields = (live.metadata["managedFields"] ?? []) as {
      manager: string;
      operation: string;
      subresource?: string;
    }[];
    const ours = (operation: string) =>
      fields.find(
        (entry) =>
          entry.manager === MANAGER && entry.operation === operation && entry.subresource === undefined,
      );
    const updated = ours("Update");
    if (updated === undefined || ours("Apply") !== undefined) {
      return true;
    }
    if (context.preview) {
      return false;
    }
    const managedFields = fields.map((entry) =>
      entry === updated ? { ...entry, operation: "Apply" } : entry,
    );
    const { resourceVersion } = live.metadata;
    const patch = { metadata: { resourceVersion, managedFields } };
    await this.client.request(
      "PATCH",
      query(url, context, {}),
      patch,
      "application/merge-patch+json",
      context.signal,
    );
    return true;
  }

  private async awaited(
    context: CallContext,
    inputs: Properties,
    first: KubernetesObject,
    url: string,
  ): Promise<{ id: string; state: Properties }> {
    const id = idOf(first.metadata.namespace, first.metadata.name);
    let live = first;
    const seconds = context.timeoutSeconds || DEFAULT_TIMEOUT_SECONDS;
    const ready = await poll(
      async () => {
        if (notReady(live) === undefined) {
          return true;
        }
        live = await this.client.get(url, context.signal);
        return notReady(live) === undefined ? true : undefined;
      },
      seconds,
      context.signal,
    );
    const state = this.hidden(recorded(live));
    if (ready === undefined) {
      const reason = `resource ${JSON.stringify(id)} was stored, but did not become ready in ${seconds} s: ${notReady(live)}`;
      throw new PartialFailure(id, state, [reason], inputs);
    }
    return { id, state };
  }

  /** Contents of Secrets read from the cluster are secret, whoever imports or refreshes them. */
  private hidden(properties: Properties): Properties {
    if (this.kind.kind !== "Secret") {
      return properties;
    }
    const secret = (key: string) =>
      properties[key] === undefined ? {} : { [key]: new Secret(properties[key]) };
    return { ...properties, ...secret("data"), ...secret("stringData") };
  }
}

function identity(inputs: Properties): { name: string; namespace?: string } {
  const { name, namespace } = inputs["metadata"] as { name: string; namespace?: string };
  return { name, namespace };
}

function idOf(namespace: string | undefined, name: string | undefined): string {
  return namespace === undefined ? (name ?? "") : `${namespace}/${name}`;
}

function nameOf(olds: Properties): string | undefined {
  return isObject(olds["metadata"]) && typeof olds["metadata"]["name"] === "string"
    ? olds["metadata"]["name"]
    : undefined;
}

function annotationsOf(properties: Properties): Properties {
  const metadata = properties["metadata"];
  return isObject(metadata) && isObject(metadata["annotations"]) ? metadata["annotations"] : {};
}

const isAutonamed = (properties: Properties) => annotationsOf(properties)[AUTONAMED] === "true";
const isForced = (properties: Properties) => annotationsOf(properties)[FORCE] === "true";

function query(url: string, { preview }: CallContext, more: Record<string, string>): string {
  return `${url}?${new URLSearchParams({ fieldManager: MANAGER, ...(preview && { dryRun: "All" }), ...more }).toString()}`;
}

/** At preview the namespace is not there yet when the program creates it in the same run. */
function isMissingNamespace(error: unknown, namespace: string | undefined): boolean {
  return (
    error instanceof ApiError &&
    error.status === 404 &&
    error.message.includes(`namespaces ${JSON.stringify(namespace)} not found`)
  );
}

function failed(what: string, id: string, error: unknown): unknown {
  return error instanceof ApiError
    ? new Error(
        `resource ${JSON.stringify(id)} was not successfully ${what} by the Kubernetes API server: ${error.message}`,
      )
    : error;
}

function finalizersOf(live: KubernetesObject | undefined): string {
  const spec = isObject(live?.["spec"]) ? live["spec"] : {};
  const finalizers = [live?.metadata["finalizers"], spec["finalizers"]]
    .flat()
    .filter((entry) => typeof entry === "string");
  return finalizers.length === 0 ? "" : `; it is held by the finalizers ${finalizers.join(", ")}`;
}

export function containsUnknown(value: unknown): boolean {
  return (
    isUnknown(value) ||
    (typeof value === "object" && value !== null && Object.values(value).some(containsUnknown))
  );
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (!isObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}
