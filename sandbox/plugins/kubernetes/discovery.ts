/** Where the API server keeps objects of a kind: asked of the server, so that every kind works, custom ones too. */

import type { Client } from "./client";
import { NoKindMatch, refusedWith } from "./errors";
import { listAt } from "./object";

export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface Endpoint {
  readonly namespaced: boolean;
  /** Path of one object, or of all where the name is left out. */
  path(namespace: string | undefined, name?: string): string;
}

/** The kind behind a resource type: `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:Pod`. */
export function kindOf(token: string): Kind {
  const [, groupVersion = "", kind = ""] = token.split(":");
  return { apiVersion: groupVersion.replace(/^core\//, ""), kind };
}

/** The API group; empty for the core one. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.replace(/\/.*/, "").replace(/^core$/, "") : "";
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export class Discovery {
  private readonly lists = new Map<string, Promise<readonly ApiResource[]>>();

  constructor(private readonly client: Client) {}

  /** Undefined where the server does not serve the kind. */
  async find({ apiVersion, kind }: Kind): Promise<Endpoint | undefined> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const named = (list: readonly ApiResource[] | undefined) =>
      list?.find((resource) => resource.kind === kind && !resource.name.includes("/"));
    const known = this.lists.get(root);
    let resource = named(await known);
    if (resource === undefined) {
      // Its CRD may have been created in this very run: asked afresh, but once for all who miss something at a time.
      const current = this.lists.get(root);
      resource = named(await (current === undefined || current === known ? this.list(root) : current));
    }
    return resource && endpoint(root, resource);
  }

  /** @throws NoKindMatch where the server does not serve the kind. */
  async endpoint(kind: Kind): Promise<Endpoint> {
    const found = await this.find(kind);
    if (found === undefined) {
      throw new NoKindMatch(kind);
    }
    return found;
  }

  private list(root: string): Promise<readonly ApiResource[]> {
    const answer = this.client.ask("GET", root).then(
      (list) => listAt(list, "resources") as readonly ApiResource[],
      (error: unknown) => {
        if (refusedWith(error, 404)) {
          return [];
        }
        this.lists.delete(root);
        throw error;
      },
    );
    this.lists.set(root, answer);
    return answer;
  }
}

function endpoint(root: string, { name: plural, namespaced }: ApiResource): Endpoint {
  return {
    namespaced,
    path: (namespace, name) => {
      const place = namespaced ? ["namespaces", encodeURIComponent(namespace ?? "default")] : [];
      return [root, ...place, plural, ...(name === undefined ? [] : [encodeURIComponent(name)])].join("/");
    },
  };
}
