/** What a cluster has before Tenantry comes to it: nodes, and the definitions of systems that Tenantry declares for. */

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Credential } from "./authority";
import { request } from "./http";
import { AWS_REGION } from "./servers/aws";
import { KWOK_ANNOTATION } from "./servers/kwok";

/** An API server, and who asks it. */
export interface Cluster {
  readonly endpoint: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string;
  readonly credential: Credential;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

/** A node of the sandbox. */
interface Node {
  readonly name: string;
  /** Tier whose pods it takes, or `system` for what the platform runs for everybody. */
  readonly pool: string;
  /** Letter of its zone; each pool of several nodes has them in several zones. */
  readonly zone: "a" | "b" | "c";
  /** Id of the only tenant whose pods it takes. */
  readonly tenant?: string;
}

/** Labels, and keys of the taints, that say which tier's pods a node takes, and which tenant's. */
const POOL_LABEL = "tenant-tier";
const TENANT_LABEL = "tenant";
/** Pool of what is no tenant's; it refuses nobody. */
const SYSTEM_POOL = "system";
/** Id of initech, the sample tenant that has a pool of its own. */
const INITECH = "1e2d3c4b-5a69-4788-96a5-b4c3d2e1f001";
const NODES: readonly Node[] = [
  { name: "standard-1", pool: "standard", zone: "a" },
  { name: "standard-2", pool: "standard", zone: "b" },
  { name: "sensitive-1", pool: "sensitive", zone: "a" },
  { name: "sensitive-2", pool: "sensitive", zone: "b" },
  { name: "dedicated-1", pool: "dedicated", zone: "c", tenant: INITECH },
  { name: "system-1", pool: SYSTEM_POOL, zone: "c" },
];
const READY_LIMIT = 60_000;
const POLL = 100;

/**
 * Installs the definitions in a file and waits until the API server names every kind, so that the first preview finds
 * it. It lists no objects: that makes the server compile a kind's schema and fill a cache, which takes seconds for all
 * kinds together. Whoever lists a kind first may be told to try again (429); kubectl and the plugins do.
 */
export async function installDefinitions(cluster: Cluster, file: string): Promise<void> {
  const definitions = JSON.parse(readFileSync(file, "utf8")) as readonly Definition[];
  await Promise.all(
    definitions.map((definition) =>
      create(cluster, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition),
    ),
  );
  const plurals = new Map<string, string[]>();
  for (const { spec } of definitions) {
    for (const version of spec.versions) {
      const path = `/apis/${spec.group}/${version.name}`;
      plurals.set(path, [...(plurals.get(path) ?? []), spec.names.plural]);
    }
  }
  // One after the other: asking for all at once slows down the server that is asked.
  for (const [path, wanted] of plurals) {
    await until(`the API server serves ${wanted.join(", ")} of ${path}`, async () => {
      const served = await resources(cluster, path);
      return wanted.every((plural) => served.includes(plural));
    });
  }
}

/** Plurals of what a group serves in a version; none while the API server does not know the group. */
async function resources(cluster: Cluster, path: string): Promise<string[]> {
  const { status, body } = await ask(cluster, "GET", path);
  return status === 200
    ? (JSON.parse(body) as { resources: { name: string }[] }).resources.map(({ name }) => name)
    : [];
}

/** Adds the nodes and waits until all of them are ready for pods. */
export async function addNodes(cluster: Cluster): Promise<void> {
  await Promise.all(NODES.map((node, index) => create(cluster, "/api/v1/nodes", manifest(node, index))));
  await until("every node is ready", async () => {
    const { body } = await ask(cluster, "GET", "/api/v1/nodes");
    const { items } = JSON.parse(body) as {
      items: { status: { conditions?: { type: string; status: string }[] } }[];
    };
    const ready = items.filter((node) =>
      node.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
    return ready.length >= NODES.length;
  });
}

/** Waits for what the controller manager puts into every namespace; before it, no pod is admitted. */
export function defaultServiceAccount(cluster: Cluster): Promise<void> {
  const path = "/api/v1/namespaces/default/serviceaccounts/default";
  return until(
    "the default service account is there",
    async () => (await ask(cluster, "GET", path)).status === 200,
  );
}

function manifest({ name, pool, zone, tenant }: Node, index: number): unknown {
  const reserved = { [POOL_LABEL]: pool, ...(tenant !== undefined && { [TENANT_LABEL]: tenant }) };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { [KWOK_ANNOTATION]: "fake" },
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": AWS_REGION,
        "topology.kubernetes.io/zone": `${AWS_REGION}${zone}`,
        ...reserved,
      },
    },
    spec: {
      taints:
        pool === SYSTEM_POOL
          ? []
          : Object.entries(reserved).map(([key, value]) => ({ key, value, effect: "NoSchedule" })),
    },
    status: {
      addresses: [
        { type: "InternalIP", address: `10.10.0.${index + 10}` },
        { type: "Hostname", address: name },
      ],
      allocatable: ROOM,
      capacity: ROOM,
    },
  };
}

/** What a played node has to give. */
const ROOM = { cpu: "64", memory: "256Gi", "ephemeral-storage": "500Gi", pods: "250" };

/** Creates an object; one that is there already, from the last start, is left as it is. */
async function create(cluster: Cluster, path: string, body: unknown): Promise<void> {
  const answer = await ask(cluster, "POST", path, body);
  if (answer.status !== 201 && answer.status !== 409) {
    throw new Error(`the API server refuses to create at ${path}: ${answer.body}`);
  }
}

function ask(
  { endpoint, authority, credential }: Cluster,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: string }> {
  return request(`${endpoint}${path}`, { method, body, authority, credential });
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + READY_LIMIT;
  while (!(await holds())) {
    if (Date.now() > deadline) {
      throw new Error(`waited ${READY_LIMIT / 1000} s in vain until ${what}`);
    }
    await sleep(POLL);
  }
}
