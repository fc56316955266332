/** Where the API server keeps objects of a kind: asked of the server, so that every kind works, custom ones too. */

import { ApiError, type Client } from "./client";

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

export class NoKindMatch extends Error {
  constructor({ apiVersion, kind }: Kind) {
    super(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  }
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export class Discovery {
  private readonly lists = new Map<string, Promise<readonly ApiResource[]>>();

  constructor(private readonly client: Client) {}

  /** @throws NoKindMatch where the server does not serve the kind, for example before its CRD is there. */
  async endpoint(kind: Kind): Promise<Endpoint> {
    const root = kind.apiVersion.includes("/") ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
    const known = this.lists.get(root);
    // Asked afresh where the kind was missing before: its CRD may have been created in this very run.
    const found = find(await known, kind) ?? find(await this.list(root), kind);
    if (found === undefined) {
      throw new NoKindMatch(kind);
    }
    return {
      namespaced: found.namespaced,
      path: (namespace, name) =>
        [
          root,
          ...(found.namespaced && namespace !== undefined
            ? ["namespaces", encodeURIComponent(namespace)]
            : []),
          found.name,
          ...(name === undefined ? [] : [encodeURIComponent(name)]),
        ].join("/"),
    };
  }

  private list(root: string): Promise<readonly ApiResource[]> {
    const answer = this.client.get(root).then(
      ({ resources }) => resources as ApiResource[],
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 404) {
          return [];
        }
        throw error;
      },
    );
    this.lists.set(root, answer);
    return answer;
  }
}

function find(list: readonly ApiResource[] | undefined, { kind }: Kind): ApiResource | undefined {
  return list?.find((resource) => resource.kind === kind && !resource.name.includes("/"));
}
