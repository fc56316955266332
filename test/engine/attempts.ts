/** Examples of rules as requests to the live API server, with what must stand before and be gone after. */

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { MARKS, NAMESPACE_NAME, OTHER_NAMESPACE, pod } from "../../guardrails/examples";
import { judgeOf } from "../../guardrails/preview";
import { policyName, type Document, type Requester, type Rule } from "../../guardrails/rule";
import { guardrails } from "../../guardrails/rules";
import type { GuardedPlatform } from "../../model/provisioner";
import { ADMINISTRATOR, type Case } from "../parity/cases";
import { ask } from "./fixture";
import type { Answer, Ask } from "./kubernetes";
import { setAside, takeBack } from "./rules";
import { eventually, succeed } from "./scheduling";

const ACCESS = "parity-requesters";
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
/** What refuses for other reasons than the rules do. */
const OTHERS = ["tenantry-pod-security-floor", "tenantry-provisioner"].map(
  (name) => `${ADMISSION}/validatingadmissionpolicybindings/${name}`,
);
/** A policy that tells which state of the namespace the API server goes by. */
const TELLER = "parity-teller";
const STATE = "parity-state";

const PRIVILEGED = { "pod-security.kubernetes.io/enforce": "privileged" };

interface Meta {
  readonly name: string;
  readonly namespace?: string;
}

function metaOf(document: Document): Meta {
  return document["metadata"] as Meta;
}

/** Namespaces that were made for the examples; the platform's own are left as they are. */
const opened = new Set<string>();

/** Namespaces in which nothing but a rule refuses anything: no Pod Security, no quota, and RBAC grants all (R30). */
export async function openNamespaces(cases: readonly Case[]): Promise<void> {
  await Promise.all(OTHERS.map((path) => succeed("PATCH", path, { spec: { validationActions: ["Audit"] } })));
  const users = new Set(cases.map(({ request }) => request.by.username));
  await succeed("POST", BINDINGS, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: ACCESS },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [...users].map((name) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "User", name })),
  });
  await succeed("POST", `${ADMISSION}/validatingadmissionpolicies`, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: TELLER },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
        ],
      },
      matchConditions: [{ name: "asked", expression: `object.metadata.name == "${TELLER}"` }],
      validations: [
        {
          expression: "false",
          messageExpression: `"state " + namespaceObject.metadata.?annotations[?"${STATE}"].orValue("none") + " of it"`,
        },
      ],
    },
  });
  await succeed("POST", `${ADMISSION}/validatingadmissionpolicybindings`, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: TELLER },
    spec: { policyName: TELLER, validationActions: ["Deny"] },
  });
  const wanted = cases.flatMap(({ request }) => (request.namespace ? [metaOf(request.namespace).name] : []));
  for (const name of new Set([NAMESPACE_NAME, OTHER_NAMESPACE, ...wanted])) {
    const labels = { ...MARKS.labels, ...PRIVILEGED };
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
    await eventually(async () => {
      const { status, message } = await ask("POST", "/api/v1/namespaces", namespace);
      assert.ok(status === 201 || (status === 409 && name !== NAMESPACE_NAME), message);
      if (status === 201) {
        opened.add(name);
      }
    });
    await eventually(() => succeed("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`));
  }
  const accounts = new Set(cases.flatMap(({ request }) => accountsIn([request.object, request.before])));
  for (const name of accounts) {
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } };
    const { status, message } = await ask(
      "POST",
      `/api/v1/namespaces/${NAMESPACE_NAME}/serviceaccounts`,
      account,
    );
    assert.ok(status === 201 || status === 409, message);
  }
}

/** Names of the accounts that pods run as: a pod of one that is not there is refused before any rule is asked. */
function accountsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    ["serviceAccountName", "serviceAccount"].includes(key) && typeof inner === "string"
      ? [inner].filter((name) => name !== "")
      : accountsIn(inner),
  );
}

const MUTATING = `${ADMISSION}/mutatingadmissionpolicybindings`;

/** Does the work while no policy changes what is sent to the namespace, which bears the marks of such an example. */
export async function unmended(one: Case, work: () => Promise<void>): Promise<void> {
  const { items } = (await succeed("GET", MUTATING)) as unknown as { items: { metadata: Meta }[] };
  const elsewhere = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: [NAMESPACE_NAME] };
  const bind = async (matchResources: unknown) => {
    for (const { metadata } of items) {
      await succeed("PATCH", `${MUTATING}/${metadata.name}`, { spec: { matchResources } });
    }
    await eventually(async () => {
      const { body } = await ask("POST", `/api/v1/namespaces/${NAMESPACE_NAME}/pods?dryRun=All`, pod());
      const { nodeSelector } = body["spec"] as { nodeSelector?: object };
      assert.equal(nodeSelector === undefined, matchResources !== null);
    });
  };
  await mark(one);
  await bind({ namespaceSelector: { matchExpressions: [elsewhere] } });
  try {
    await work();
  } finally {
    await bind(null);
  }
}

export async function closeNamespaces(): Promise<void> {
  await Promise.all([
    ask("DELETE", `${BINDINGS}/${ACCESS}`),
    ask("DELETE", `${ADMISSION}/validatingadmissionpolicybindings/${TELLER}`),
    ask("DELETE", `${ADMISSION}/validatingadmissionpolicies/${TELLER}`),
    ...[...opened].map((name) => ask("DELETE", `/api/v1/namespaces/${name}`)),
  ]);
  for (const name of opened) {
    await eventually(async () => {
      const { status, body } = await ask("GET", `/api/v1/namespaces/${name}`);
      assert.equal(status, 404, JSON.stringify(body["status"]));
    }, 90);
  }
  // The floor would keep these namespaces from going: they are below it.
  await Promise.all(OTHERS.map((path) => succeed("PATCH", path, { spec: { validationActions: ["Deny"] } })));
}

let states = 0;
const marked = new Map<string, string>();

/** Gives the namespace the marks that the example is about, and waits until the API server goes by them. */
export async function mark({ request }: Case): Promise<void> {
  if (request.namespace === undefined) {
    return;
  }
  const { name, labels, annotations } = request.namespace["metadata"] as {
    name: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
  const key = JSON.stringify([labels, annotations]);
  if (!opened.has(name) || marked.get(name) === key) {
    return;
  }
  const path = `/api/v1/namespaces/${name}`;
  const standing = (await succeed("GET", path))["metadata"] as Record<string, unknown>;
  const state = String((states += 1));
  const body = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      resourceVersion: standing["resourceVersion"],
      labels: { ...labels, ...PRIVILEGED },
      annotations: { ...annotations, [STATE]: state },
    },
  };
  await succeed("PUT", path, body);
  await eventually(async () => {
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: TELLER } };
    const { message } = await ask("POST", `${path}/configmaps?dryRun=All`, map);
    assert.match(message, new RegExp(`state ${state} of it`));
  });
  marked.set(name, key);
}

/** Asks in the requester's name, as the administrator may. */
export function inNameOf({ username, groups, extra = {} }: Requester): Ask {
  const headers: Record<string, string | string[]> = {
    "impersonate-user": username,
    "impersonate-group": [...groups],
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key)}`,
        [...values],
      ]),
    ),
  };
  return (method, path, body) => ask(method, path, body, headers);
}

/** The answer to an example's request: first only tried, then meant. */
export interface Answers {
  readonly dry: Answer;
  readonly real: Answer;
}

/** Sends an example's request twice, and takes away what it made. */
export async function attempt(
  one: Case,
  platform: GuardedPlatform,
  as = inNameOf(one.request.by),
): Promise<Answers> {
  const { object, before, subresource } = one.request;
  const document = object ?? before ?? {};
  const collection = await collectionOf(one, document);
  const { name } = metaOf(document);
  const path = `${collection}/${name}`;
  const target = subresource === undefined ? path : `${path}/${subresource}`;
  await mark(one);
  // Some examples are about what the platform itself has put there.
  const found = subresource !== undefined && before === undefined ? undefined : await ask("GET", path);
  const platforms = found?.status === 200 ? found.body : undefined;
  if (before !== undefined) {
    await stand(collection, before, platform, one, platforms);
  } else if (platforms !== undefined) {
    await remove(path);
  }
  let made = true;
  try {
    if (before === undefined) {
      const url = subresource === undefined ? collection : target;
      const answers = await twice((query) => as("POST", url + query, object));
      made = [answers.dry, answers.real].some(({ status }) => status < 300);
      return answers;
    }
    if (object === undefined) {
      if (platforms !== undefined) {
        const dry = await as("DELETE", `${target}?dryRun=All`);
        return { dry, real: dry };
      }
      return await twice((query) => as("DELETE", target + query));
    }
    return await twice(async (query) => {
      for (let tries = 5; ; tries -= 1) {
        const standing = await succeed("GET", path);
        const answer = await as("PUT", target + query, changed(standing, before, object));
        // A controller was faster.
        if (answer.status !== 409 || tries === 0) {
          return answer;
        }
      }
    });
  } finally {
    if (platforms !== undefined && before !== undefined) {
      await restore(path, platforms);
    } else if (made) {
      await remove(path);
    }
    if (platforms !== undefined && before === undefined) {
      const { metadata, ...rest } = platforms as { metadata: Record<string, unknown> };
      const kept = { ...metadata, resourceVersion: undefined, uid: undefined };
      await succeed("POST", collection, { ...rest, metadata: kept });
    }
  }
}

async function twice(send: (query: string) => Promise<Answer>): Promise<Answers> {
  return { dry: await send("?dryRun=All"), real: await send("") };
}

/** Puts up what an example starts from; the rules that are against that are set aside meanwhile. */
async function stand(
  collection: string,
  before: Document,
  platform: GuardedPlatform,
  one: Case,
  standing: unknown,
): Promise<void> {
  const { namespace } = one.request;
  const request = {
    object: before,
    ...(standing !== undefined && { before: standing as Document }),
    by: ADMINISTRATOR,
    ...(namespace && { namespace }),
  };
  const against = guardrails(platform).filter((rule) => judgeOf(rule, platform).judge(request) !== undefined);
  await withoutRules(against, async () => {
    await (standing === undefined
      ? succeed("POST", collection, before)
      : succeed("PUT", `${collection}/${metaOf(before).name}`, changed(standing, {}, before)));
  });
}

/** Makes the platform's object what it was. */
async function restore(path: string, was: Record<string, unknown>): Promise<void> {
  await eventually(async () => {
    const { metadata } = (await succeed("GET", path)) as { metadata: Record<string, unknown> };
    const { resourceVersion } = metadata;
    await succeed("PUT", path, { ...was, metadata: { ...(was["metadata"] as object), resourceVersion } });
  });
}

const aside = new Set<string>();

/** Does the work while rules are set aside; those that are so already stay so afterwards. */
export async function withoutRules(rules: readonly Rule[], work: () => Promise<void>): Promise<void> {
  const more = rules.filter(({ name }) => !aside.has(name));
  if (more.length === 0) {
    return work();
  }
  await setAside(more);
  more.forEach(({ name }) => aside.add(name));
  try {
    await work();
  } finally {
    await takeBack(more);
    more.forEach(({ name }) => aside.delete(name));
  }
}

/** What stands, with the difference between two documents made in it: the server has added fields of its own. */
function changed(standing: unknown, before: unknown, object: unknown): unknown {
  if (isDeepStrictEqual(before, object)) {
    return standing;
  }
  if (Array.isArray(standing) && Array.isArray(object)) {
    return changedList(standing, Array.isArray(before) ? before : [], object);
  }
  if (!isMap(standing) || !isMap(object)) {
    return object;
  }
  const was = isMap(before) ? before : {};
  const keys = new Set([...Object.keys(standing), ...Object.keys(object)]);
  return Object.fromEntries(
    [...keys]
      .filter((key) => key in object || !(key in was))
      .map((key) => [key, changed(standing[key], was[key], key in object ? object[key] : was[key])]),
  );
}

/** What has a name is found by it; of the rest, what was added is added. */
function changedList(standing: unknown[], before: unknown[], object: unknown[]): unknown[] {
  const nameOf = (item: unknown) =>
    isMap(item) && typeof item["name"] === "string" ? item["name"] : undefined;
  const find = (list: unknown[], item: unknown) =>
    list.find((other) =>
      nameOf(item) === undefined ? isDeepStrictEqual(other, item) : nameOf(other) === nameOf(item),
    );
  return [
    ...standing.filter((item) => find(object, item) === undefined && find(before, item) === undefined),
    ...object.map((item) => {
      const stands = find(standing, item);
      return stands === undefined ? item : changed(stands, find(before, item), item);
    }),
  ];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function remove(path: string): Promise<void> {
  await ask("DELETE", path, { propagationPolicy: "Background", gracePeriodSeconds: 0 });
  await eventually(async () => {
    const { status, body } = await ask("GET", path);
    if (status === 200 && body["kind"] === "Namespace") {
      await empty(path, body);
    } else if (status === 200) {
      const { finalizers } = body["metadata"] as { finalizers?: unknown };
      await (finalizers !== undefined
        ? ask("PATCH", path, { metadata: { finalizers: null } })
        : ask("DELETE", path, { propagationPolicy: "Background", gracePeriodSeconds: 0 }));
    }
    assert.equal(status, 404);
  });
}

/** A namespace that nothing was put into goes at once; its controller would take five seconds. */
async function empty(path: string, namespace: Record<string, unknown>): Promise<void> {
  await ask("DELETE", `${path}/serviceaccounts`);
  await ask("DELETE", `${path}/configmaps`);
  await ask("PUT", `${path}/finalize`, { ...namespace, spec: { finalizers: [] } });
}

const lists = new Map<string, Promise<Answer>>();

/** The path of the collection that a document belongs in; nothing where the server knows no such kind. */
export async function served(document: Document): Promise<string | undefined> {
  const { apiVersion, kind } = document as { apiVersion: string; kind: string };
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const list = lists.get(root) ?? ask("GET", root);
  lists.set(root, list);
  const { status, body } = await list;
  const resources = (body["resources"] ?? []) as { kind: string; name: string; namespaced: boolean }[];
  const found = resources.find((resource) => resource.kind === kind && !resource.name.includes("/"));
  if (status !== 200 || found === undefined) {
    return undefined;
  }
  const { namespace } = metaOf(document);
  return found.namespaced ? `${root}/namespaces/${namespace ?? ""}/${found.name}` : `${root}/${found.name}`;
}

async function collectionOf({ rule }: Case, document: Document): Promise<string> {
  const found = await served(document);
  if (found !== undefined) {
    return found;
  }
  // What is sent to a subresource may be of a kind of its own.
  const { apiVersion, kind } = document as { apiVersion: string; kind: string };
  const of = rule.matches.flatMap(({ kinds }) => kinds).find((one) => one.kind === kind);
  assert.ok(of, `the server knows no ${kind} of ${apiVersion}`);
  return `/api/v1/namespaces/${metaOf(document).namespace ?? ""}/${of.resource}`;
}

/** A refusal by a rule, in its words. */
export function assertRefused(answer: Answer, rule: string, sentence: string): void {
  const name = policyName({ name: rule } as never);
  assert.ok(
    answer.message.includes(
      `ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: ${sentence}`,
    ),
    `${answer.status} ${answer.message}`,
  );
  assert.equal(answer.status, 403);
}
