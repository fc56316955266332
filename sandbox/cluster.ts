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
  readonly metadata: { readonly name: string };
  readonly spec: { readonly group: string; readonly versions: readonly { readonly name: string }[] };
}

/** A node of the sandbox. */
interface Node {
  readonly name: string;
  /** Tier whose pods it takes, or `system` for what the platform runs for everybody. */
  readonly pool: string;
  /** Whether it refuses pods that do not tolerate its pool. */
  readonly tainted: boolean;
}

/** Label, and key of the taint, that says which tier's pods a node takes. */
const POOL_LABEL = "tenant-tier";
const NODES: readonly Node[] = [
  { name: "standard-1", pool: "standard", tainted: false },
  { name: "standard-2", pool: "standard", tainted: false },
  { name: "sensitive-1", pool: "sensitive", tainted: true },
  { name: "dedicated-1", pool: "dedicated", tainted: true },
  { name: "system-1", pool: "system", tainted: false },
];
const READY_LIMIT = 60_000;
const POLL = 100;

/**
 * Installs the definitions in a file and waits until the API server serves them, so that the first preview finds
 * every kind.
 */
export async function installDefinitions(cluster: Cluster, file: string): Promise<void> {
  const definitions = JSON.parse(readFileSync(file, "utf8")) as readonly Definition[];
  await Promise.all(
    definitions.map((definition) =>
      create(cluster, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition),
    ),
  );
  const paths = definitions.flatMap(({ metadata, spec }) => {
    const plural = metadata.name.slice(0, metadata.name.indexOf("."));
    return spec.versions.map((version) => `/apis/${spec.group}/${version.name}/${plural}?limit=1`);
  });
  await Promise.all(
    paths.map((path) =>
      until(`the API server serves ${path}`, async () => (await ask(cluster, "GET", path)).status === 200),
    ),
  );
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

function manifest({ name, pool, tainted }: Node, index: number): unknown {
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
        "topology.kubernetes.io/zone": `${AWS_REGION}${"abc"[index % 3]}`,
        [POOL_LABEL]: pool,
      },
    },
    spec: { taints: tainted ? [{ key: POOL_LABEL, value: pool, effect: "NoSchedule" }] : [] },
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
