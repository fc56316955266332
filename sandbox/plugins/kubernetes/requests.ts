/** The changes that the provider asks of the API server for one object. */

import type { CallContext } from "../protocol";
import type { Properties } from "../wire";
import type { Client } from "./client";
import { applyFailure } from "./errors";
import { annotation, listAt, type KubernetesObject } from "./object";
import { CREATOR, isUnapplied, takenOver } from "./managers";
import type { Settings } from "./settings";

export class Requests {
  constructor(
    private readonly client: Client,
    private readonly settings: Settings,
    private readonly context: CallContext,
  ) {}

  get(path: string): Promise<KubernetesObject> {
    return this.client.ask("GET", path, { signal: this.context.signal });
  }

  /** Refused where the object is there already. */
  create(path: string, body: Properties): Promise<KubernetesObject> {
    return this.send("POST", path, body, { fieldManager: CREATOR });
  }

  /** A definition keeps its objects only if it is replaced as a whole in one request. */
  replace(
    path: string,
    body: Properties,
    live: KubernetesObject,
    manager: string,
  ): Promise<KubernetesObject> {
    const { resourceVersion } = live.metadata;
    const metadata = { ...(body["metadata"] as Properties), resourceVersion };
    return this.send("PUT", path, { ...body, metadata }, { fieldManager: manager });
  }

  merge(path: string, patch: Properties): Promise<KubernetesObject> {
    return this.send("PATCH", path, patch, { fieldManager: CREATOR }, "application/merge-patch+json");
  }

  /** @param live undefined for an object that is new to the provider. */
  async apply(
    path: string,
    body: Properties,
    manager: string,
    live: KubernetesObject | undefined,
  ): Promise<KubernetesObject> {
    const query = { fieldManager: manager, force: String(this.isForced(body, live)) };
    try {
      return await this.send("PATCH", path, body, query, "application/apply-patch+yaml");
    } catch (error) {
      throw applyFailure(error, manager);
    }
  }

  /** Makes the manager the one of what the provider created; see `takenOver`. */
  async takeOver(path: string, live: KubernetesObject, manager: string): Promise<void> {
    const managedFields = takenOver(live, manager);
    if (managedFields === undefined || this.context.preview) {
      return;
    }
    const { resourceVersion } = live.metadata;
    await this.merge(path, { metadata: { resourceVersion, managedFields } });
  }

  /** Gives back every field that the manager owns, and leaves the object to the others. */
  relinquish(path: string, { apiVersion, kind, metadata }: KubernetesObject, manager: string) {
    const { name, namespace } = metadata;
    const bare = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
    return this.send("PATCH", path, bare, { fieldManager: manager }, "application/apply-patch+yaml");
  }

  remove(path: string, propagationPolicy: string): Promise<KubernetesObject> {
    return this.client.ask("DELETE", path, { body: { propagationPolicy }, signal: this.context.signal });
  }

  private isForced(body: Properties, live: KubernetesObject | undefined): boolean {
    if (annotation(body, "patchForce") === "true" || this.settings.patchForce) {
      return true;
    }
    if (live === undefined) {
      return this.context.preview;
    }
    // Ownership is taken over only by the real update, so that the preview would report conflicts with ourselves.
    return (
      (this.context.preview && isUnapplied(live)) || listAt(live, "metadata", "managedFields").length === 0
    );
  }

  private send(
    method: "POST" | "PUT" | "PATCH",
    path: string,
    body: Properties,
    query: Readonly<Record<string, string>>,
    contentType?: "application/merge-patch+json" | "application/apply-patch+yaml",
  ): Promise<KubernetesObject> {
    return this.client.ask(method, path, {
      body,
      contentType,
      query: this.context.preview ? { ...query, dryRun: "All" } : query,
      signal: this.context.signal,
    });
  }
}
