/** Pods made for real, and what the scheduler does with them. Everything is asked as the administrator. */

import assert from "node:assert/strict";
import { ask } from "./fixture";
import { pod } from "./kubernetes";

export type Spec = Record<string, unknown>;

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: Readonly<Spec> & { readonly nodeName?: string };
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Asks, and fails with the server's own sentence if it refuses. */
export async function succeed(method: string, path: string, body?: unknown): Promise<Spec> {
  const answer = await ask(method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.message}`);
  return answer.body;
}

/** A namespace made by hand, ready for pods. */
export async function makeNamespace(name: string, more: Record<string, string> = {}): Promise<void> {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted", ...more };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  await succeed("POST", "/api/v1/namespaces", namespace);
  await eventually(async () => {
    await succeed("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`);
  });
}

/** The pod as the API server admitted it. */
export async function create(
  namespace: string,
  name: string,
  spec: Spec = {},
  labels: Spec = {},
  container: Spec = {},
): Promise<Pod> {
  const made = pod(name, spec, container);
  return (await succeed("POST", `/api/v1/namespaces/${namespace}/pods`, {
    ...made,
    metadata: { name, labels },
  })) as unknown as Pod;
}

/** Creates a pod: the node that it is bound to, or why the scheduler finds none. */
export async function land(namespace: string, spec: Spec, name = "try", labels: Spec = {}): Promise<string> {
  await create(namespace, name, spec, labels);
  return landed(namespace, name);
}

export async function landed(namespace: string, name: string): Promise<string> {
  return eventually(async () => {
    const made = await succeed("GET", `/api/v1/namespaces/${namespace}/pods/${name}`);
    const { spec, status } = made as unknown as Pod;
    const refusal = status.conditions?.find(
      ({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable",
    );
    const outcome = spec.nodeName ?? refusal?.message;
    assert.ok(outcome, `${namespace}/${name} is neither bound nor refused`);
    return outcome;
  });
}

/** The pods of a namespace, once there are so many and each is bound. */
export async function bound(namespace: string, count: number): Promise<Pod[]> {
  return eventually(async () => {
    const { items } = (await succeed("GET", `/api/v1/namespaces/${namespace}/pods`)) as unknown as {
      items: Pod[];
    };
    const alive = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const nodes = alive.map(({ metadata, spec }) => `${metadata.name}: ${spec.nodeName ?? "waits"}`);
    assert.equal(alive.length, count, nodes.join(", "));
    assert.ok(
      alive.every(({ spec }) => spec.nodeName),
      nodes.join(", "),
    );
    return alive;
  });
}

/** How many pods of a namespace each node runs. */
export async function share(namespace: string, count: number): Promise<Record<string, number>> {
  const shares: Record<string, number> = {};
  for (const { spec } of await bound(namespace, count)) {
    shares[spec.nodeName ?? ""] = (shares[spec.nodeName ?? ""] ?? 0) + 1;
  }
  return shares;
}

export async function nodesUsed(namespace: string, count: number): Promise<string[]> {
  return Object.keys(await share(namespace, count)).sort();
}

/** Status of the answer: 201, or 429 and 500 where a budget stands against it. */
export async function evict(namespace: string, name: string): Promise<number> {
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
  return (await ask("POST", `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, eviction)).status;
}

/** An object named `work` that makes pods. */
export function workload(api: string, kind: string, spec: Spec = {}, pods: Spec = {}, more: Spec = {}) {
  const app = { app: "work" };
  const restart = kind === "Job" ? { restartPolicy: "Never" } : {};
  return {
    apiVersion: api,
    kind,
    metadata: { name: "work" },
    spec: {
      // A Job makes up a selector of its own.
      ...(kind !== "Job" && { selector: { matchLabels: app } }),
      template: {
        metadata: { labels: { ...app, ...more } },
        spec: { ...pod("work").spec, ...pods, ...restart },
      },
      ...spec,
    },
  };
}

export function deploy(namespace: string, replicas: number, labels: Spec = {}): Promise<Spec> {
  return succeed(
    "POST",
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    workload("apps/v1", "Deployment", { replicas }, {}, labels),
  );
}

/** A node that kwok plays, with what a tenant's own node bears. */
export function playedNode(name: string, tenant: string) {
  const marks = { "tenant-tier": "dedicated", tenant };
  const room = { cpu: "8", memory: "32Gi", "ephemeral-storage": "50Gi", pods: "50" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", ...marks },
    },
    spec: { taints: Object.entries(marks).map(([key, value]) => ({ key, value, effect: "NoSchedule" })) },
    status: { allocatable: room, capacity: room },
  };
}

const MAKERS = [
  ...["deployments", "statefulsets", "daemonsets", "replicasets"].map(
    (plural) => `/apis/apps/v1/namespaces/*/${plural}`,
  ),
  "/apis/batch/v1/namespaces/*/jobs",
  "/api/v1/namespaces/*/pods",
];

/** Takes away everything in a namespace that makes pods, and the pods. */
export async function clear(namespace: string): Promise<void> {
  for (const makers of MAKERS) {
    const path = makers.replace("*", namespace);
    await succeed("DELETE", `${path}?propagationPolicy=Background&gracePeriodSeconds=0`);
  }
  await bound(namespace, 0);
}

/** What the check returns, once it no longer fails. */
export async function eventually<T>(check: () => Promise<T>, seconds = 20): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; ;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
