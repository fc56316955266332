/**
 * Objects for the examples of rules. Each is what a tenant that keeps every rule would send, so that an example which
 * changes one thing shows that this one thing is refused.
 */

import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Request } from "./preview";
import type { Document, Example, Marks, Requester } from "./rule";

type Fields = Readonly<Record<string, unknown>>;

/** The tenant of the examples, and another one that it must not reach. */
export const EXAMPLE = { name: "example", id: "0a1b2c3d-4e5f-4071-8a9b-0c1d2e3f4a5b" } as const;
export const OTHER = { name: "other", id: "9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a" } as const;
export const NAMESPACE_NAME = names.namespaceName(EXAMPLE.name);
export const OTHER_NAMESPACE = names.namespaceName(OTHER.name);

/** The tenant's admin, by whom examples are sent unless they say otherwise. */
export const ADMIN: Requester = {
  username: "ada@example.com",
  groups: ["example-admins", "system:authenticated"],
};
/** The tenant's reconciler. */
export const RECONCILER: Requester = serviceAccount(names.RECONCILER);

/** The platform's own identity, by the group that it has wherever it logs in. */
export const PROVISIONER: Requester = {
  username: "pipeline",
  groups: [names.PROVISIONERS_GROUP, "system:authenticated"],
};

/** Who works on tenants between runs, likewise. */
export const OPERATOR: Requester = {
  username: "on-call",
  groups: [names.OPERATORS_GROUP, "system:authenticated"],
};

export function serviceAccount(name: string, namespace = NAMESPACE_NAME): Requester {
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
  };
}

/** What the platform wrote on the example tenant's namespace. */
export const MARKS: Required<Marks> = {
  labels: {
    [labels.TENANT]: EXAMPLE.id,
    [labels.NAME]: EXAMPLE.name,
    [labels.TIER]: "standard",
    [labels.LIST]: "examples",
    [labels.POOL]: "standard",
  },
  annotations: {},
};

/** Labels of every object of the tenant. */
const OWN = { [labels.TENANT]: EXAMPLE.id };

/** Name, namespace and labels of an object of the tenant. */
export function meta(name: string, more: Fields = {}): Fields {
  return { name, namespace: NAMESPACE_NAME, labels: OWN, ...more };
}

const CONTAINER = {
  image: "registry.example.com/app:1.0",
  imagePullPolicy: "Always",
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
};

/** What an example's pod has besides or instead of the usual. */
export interface PodParts {
  readonly spec?: Fields;
  /** Fields of the container `app`. */
  readonly container?: Fields;
  /** Fields of a container `first` that runs before it; none by default. */
  readonly initContainer?: Fields;
  /** Fields of a container `debug` that is added to the running pod; none by default. */
  readonly ephemeralContainer?: Fields;
}

/** A container of the usual kind; `securityContext` is added to, every other field replaced. */
function container(name: string, fields: Fields): Fields {
  const securityContext = {
    ...CONTAINER.securityContext,
    ...(fields["securityContext"] as Fields | undefined),
  };
  return { ...CONTAINER, name, ...fields, securityContext };
}

export function podSpec({
  spec,
  container: app = {},
  initContainer,
  ephemeralContainer,
}: PodParts = {}): Fields {
  return {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container("app", app)],
    ...(initContainer && { initContainers: [container("first", initContainer)] }),
    // An ephemeral container may not say what it needs.
    ...(ephemeralContainer && {
      ephemeralContainers: [{ ...container("debug", ephemeralContainer), resources: undefined }],
    }),
    ...spec,
  };
}

export function pod(parts: PodParts = {}): Document {
  return { apiVersion: "v1", kind: "Pod", metadata: meta("web"), spec: podSpec(parts) };
}

const SELECTOR = { app: "web" };

function template(parts: PodParts, spec: Fields = {}): Fields {
  return { metadata: { labels: SELECTOR }, spec: { ...podSpec(parts), ...spec } };
}

/** A workload of a kind, around such a pod. */
export function workload(kind: string, parts: PodParts = {}): Document {
  const metadata = meta("web");
  const selector = { matchLabels: SELECTOR };
  switch (kind) {
    case "PodTemplate":
      return { apiVersion: "v1", kind, metadata, template: template(parts) };
    case "ReplicationController":
      return { apiVersion: "v1", kind, metadata, spec: { selector: SELECTOR, template: template(parts) } };
    case "Job":
      return { apiVersion: "batch/v1", kind, metadata, spec: jobSpec(parts) };
    case "CronJob":
      return {
        apiVersion: "batch/v1",
        kind,
        metadata,
        spec: { schedule: "0 3 * * *", jobTemplate: { spec: jobSpec(parts) } },
      };
    case "StatefulSet":
      return {
        apiVersion: "apps/v1",
        kind,
        metadata,
        spec: { selector, serviceName: "web", template: template(parts) },
      };
    default:
      return { apiVersion: "apps/v1", kind, metadata, spec: { selector, template: template(parts) } };
  }
}

function jobSpec(parts: PodParts): Fields {
  return { template: template(parts, { restartPolicy: "Never" }) };
}

const WORKLOAD_KINDS = [
  "PodTemplate",
  "ReplicationController",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "Job",
  "CronJob",
];

/** The same pod by itself and in every kind that makes pods. */
export function everyWorkload(parts: PodParts): { what: string; object: Document }[] {
  return [
    { what: "a Pod", object: pod(parts) },
    ...WORKLOAD_KINDS.map((kind) => ({ what: `a ${kind}`, object: workload(kind, parts) })),
  ];
}

/** The example's request as the API server would put it to its policies. */
export function asRequest(example: Example): Request {
  const { object, before, subresource, by = ADMIN } = example;
  const { namespace: within } = (object ?? before)?.["metadata"] as { namespace?: string };
  return {
    ...(object && { object: plain(object) }),
    ...(before && { before: plain(before) }),
    ...(subresource !== undefined && { subresource }),
    by,
    ...(within !== undefined && { namespace: namespaceOf(example, within) }),
  };
}

/** The namespace that the example is in, with what the platform wrote on it. */
export function namespaceOf({ namespace = {} }: Example, name = NAMESPACE_NAME): Document {
  const given = <Key extends keyof Marks>(key: Key) =>
    Object.fromEntries(
      Object.entries({ ...MARKS[key], ...namespace[key] }).filter(([, value]) => value !== null),
    );
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: { ...given("labels"), "kubernetes.io/metadata.name": name },
      annotations: given("annotations"),
    },
  };
}

/** Without what is undefined, as JSON has it. */
function plain(document: Document): Document {
  return JSON.parse(JSON.stringify(document)) as Document;
}
