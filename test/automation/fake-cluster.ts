/** An API server in memory, for what reads and writes objects: collections by their path. */

import type { Cluster, Reply } from "../../automation/cluster";

export interface FakeObject {
  metadata: Record<string, unknown> & { name: string };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export interface FakeCluster extends Cluster {
  /** Every request that was not a read, as `METHOD path`. */
  readonly writes: string[];
  /** Answers the next request that matches, once, in place of the server. */
  interrupt(matching: RegExp, reply: Reply | (() => void)): void;
  object(path: string): FakeObject | undefined;
}

/** @param collections objects by the path of their collection. */
export function fakeCluster(collections: Record<string, FakeObject[]>): FakeCluster {
  const writes: string[] = [];
  const interruptions: [RegExp, Reply | (() => void)][] = [];
  let version = 0;
  const find = (path: string): [FakeObject[], FakeObject] | undefined => {
    const cut = path.lastIndexOf("/");
    const collection = collections[path.slice(0, cut)];
    const found = collection?.find(({ metadata }) => metadata.name === path.slice(cut + 1));
    return collection && found && [collection, found];
  };
  const request = (method: string, full: string, body?: unknown): Promise<Reply> => {
    const [path = "", query = ""] = full.split("?");
    const position = interruptions.findIndex(([matching]) => matching.test(`${method} ${full}`));
    const [, interruption] = position < 0 ? [] : (interruptions.splice(position, 1)[0] ?? []);
    if (typeof interruption === "function") {
      interruption();
    } else if (interruption !== undefined) {
      return Promise.resolve(interruption);
    }
    if (method !== "GET") {
      writes.push(`${method} ${path}`);
    }
    const found = find(path);
    if (found !== undefined) {
      return Promise.resolve(answerFor(method, ...found, body, () => String(++version)));
    }
    const collection = collections[path];
    if (collection === undefined) {
      return Promise.resolve(reply(404, { message: `${path} not found` }));
    }
    if (method === "DELETE") {
      collection.splice(0, collection.length, ...collection.filter(({ metadata }) => metadata["finalizers"]));
      collection.forEach(({ metadata }) => (metadata["deletionTimestamp"] = "2026-11-23T12:00:00Z"));
      return Promise.resolve(reply(200, {}));
    }
    return Promise.resolve(reply(200, pageOf(collection, new URLSearchParams(query))));
  };
  return {
    address: "https://fake",
    authority: undefined,
    request,
    withToken: () => fakeCluster(collections),
    writes,
    interrupt: (matching, answer) => interruptions.push([matching, answer]),
    object: (path) => find(path)?.[1],
  };
}

/** Two objects a page, so that whoever forgets the rest is found out. */
function pageOf(collection: FakeObject[], query: URLSearchParams) {
  const from = Number(query.get("continue") ?? 0);
  const more = from + 2 < collection.length;
  return {
    metadata: more ? { continue: String(from + 2) } : {},
    items: structuredClone(collection.slice(from, from + 2)),
  };
}

function answerFor(
  method: string,
  collection: FakeObject[],
  object: FakeObject,
  body: unknown,
  nextVersion: () => string,
): Reply {
  if (method === "DELETE") {
    if (object.metadata["finalizers"] === undefined) {
      collection.splice(collection.indexOf(object), 1);
    } else {
      object.metadata["deletionTimestamp"] = "2026-11-23T12:00:00Z";
    }
    return reply(200, {});
  }
  if (method === "PATCH") {
    const { metadata } = body as { metadata?: { resourceVersion?: string } };
    const wanted = metadata?.resourceVersion;
    if (wanted !== undefined && wanted !== object.metadata["resourceVersion"]) {
      return reply(409, { message: "the object has been modified" });
    }
    merge(object as unknown as Record<string, unknown>, body as Record<string, unknown>);
    object.metadata["resourceVersion"] = nextVersion();
    const { finalizers, deletionTimestamp } = object.metadata as {
      finalizers?: string[];
      deletionTimestamp?: string;
    };
    if (deletionTimestamp !== undefined && (finalizers ?? []).length === 0) {
      collection.splice(collection.indexOf(object), 1);
    }
  }
  return reply(200, structuredClone(object) as unknown as Record<string, unknown>);
}

/** RFC 7386. */
function merge(target: Record<string, unknown>, patch: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    const old = target[key];
    if (value === null) {
      delete target[key];
    } else if (isMap(value)) {
      const inner = isMap(old) ? old : {};
      target[key] = inner;
      merge(inner, value);
    } else {
      target[key] = value;
    }
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function reply(status: number, body: Record<string, unknown>): Reply {
  return { status, body, message: typeof body["message"] === "string" ? body["message"] : "" };
}
