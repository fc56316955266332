import assert from "node:assert/strict";
import * as fc from "fast-check";
import { checked, type CheckRules } from "../../sandbox/plugins/kubernetes/check";
import type { Client } from "../../sandbox/plugins/kubernetes/client";
import { changesBetween, difference } from "../../sandbox/plugins/kubernetes/difference";
import { Discovery, groupOf, kindOf } from "../../sandbox/plugins/kubernetes/discovery";
import { ApiError, NoKindMatch } from "../../sandbox/plugins/kubernetes/errors";
import { immutableFields } from "../../sandbox/plugins/kubernetes/immutable";
import { leftAlone } from "../../sandbox/plugins/kubernetes/ignored";
import { fieldManager, isUnapplied, takenOver } from "../../sandbox/plugins/kubernetes/managers";
import { mergePatch } from "../../sandbox/plugins/kubernetes/merge-patch";
import { parseId, type KubernetesObject } from "../../sandbox/plugins/kubernetes/object";
import { authored, projected, recorded } from "../../sandbox/plugins/kubernetes/projection";
import { hasFailed, heldBy, notReady } from "../../sandbox/plugins/kubernetes/ready";
import { toProgram, toServer } from "../../sandbox/plugins/kubernetes/schema-keys";
import { comparable, unfolded } from "../../sandbox/plugins/kubernetes/secret-data";
import { sealed } from "../../sandbox/plugins/kubernetes/state";
import { patience, until } from "../../sandbox/plugins/kubernetes/wait";
import { Secret, UNKNOWN, type CallContext } from "../../sandbox/plugins/protocol";
import type { Properties } from "../../sandbox/plugins/wire";

const SEALED = { mutableConfigMaps: false, mutableSecrets: false };
const context = (more: Partial<CallContext> = {}): CallContext => ({
  urn: "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::settings",
  preview: false,
  timeoutSeconds: 0,
  signal: new AbortController().signal,
  ...more,
});

/** An object of a kind, named by the program, with one field set. */
function object(type: string, path: string, value: unknown): Properties {
  const [apiVersion, kind] = [type.slice(0, type.lastIndexOf("/")), type.slice(type.lastIndexOf("/") + 1)];
  const field = path
    .split(".")
    .reduceRight<unknown>(
      (inner, key) => (key.endsWith("[0]") ? { [key.slice(0, -3)]: [inner] } : { [key]: inner }),
      value,
    ) as Properties;
  return { apiVersion, kind, metadata: { name: "a", namespace: "n" }, ...field };
}

function change(type: string, path: string, old: unknown, now: unknown) {
  const news = object(type, path, now);
  return difference(object(type, path, old), news, immutableFields(news, SEALED));
}

describe("kubernetes plugin: what a change does", () => {
  const REPLACED: Readonly<Record<string, readonly string[]>> = {
    "apps/v1/DaemonSet": ["spec.selector"],
    "apps/v1/Deployment": ["spec.selector"],
    "apps/v1/StatefulSet": [
      "spec.podManagementPolicy",
      "spec.revisionHistoryLimit",
      "spec.selector",
      "spec.serviceName",
      "spec.volumeClaimTemplates",
    ],
    "batch/v1/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    "rbac.authorization.k8s.io/v1/ClusterRoleBinding": ["roleRef"],
    "rbac.authorization.k8s.io/v1/RoleBinding": ["roleRef"],
    "storage.k8s.io/v1/StorageClass": ["parameters", "provisioner"],
    "v1/ConfigMap": ["data", "binaryData"],
    "v1/PersistentVolume": ["spec.hostPath", "spec.csi", "spec.nfs", "spec.local"],
    "v1/PersistentVolumeClaim": [
      "spec.accessModes",
      "spec.selector",
      "spec.storageClassName",
      "spec.volumeName",
    ],
    "v1/Pod": [
      "spec.containers[0].command",
      "spec.containers[0].env",
      "spec.containers[0].image",
      "spec.containers[0].resources",
      "spec.initContainers[0].image",
      "spec.nodeSelector",
      "spec.restartPolicy",
      "spec.runtimeClassName",
      "spec.securityContext",
      "spec.serviceAccountName",
      "spec.volumes",
    ],
    "v1/ResourceQuota": ["spec.scopes"],
    "v1/Secret": ["type", "data", "stringData"],
    "v1/Service": ["spec.clusterIP"],
  };
  for (const [type, paths] of Object.entries(REPLACED)) {
    for (const path of paths) {
      it(`replaces a ${type} for ${path}, the old one first`, () => {
        assert.deepEqual(change(type, path, "x", "y"), {
          changes: true,
          replaces: [path],
          deleteBeforeReplace: true,
          detailed: { [path]: { kind: "update-replace", input: true } },
        });
        assert.deepEqual(change(type, path, { deep: "x" }, { deep: "y" }).replaces, [`${path}.deep`]);
      });
    }
  }

  const UPDATED: readonly (readonly [type: string, path: string])[] = [
    ["apps/v1/Deployment", "spec.replicas"],
    ["networking.k8s.io/v1/NetworkPolicy", "spec.egress"],
    ["rbac.authorization.k8s.io/v1/RoleBinding", "subjects"],
    ["storage.k8s.io/v1/StorageClass", "allowVolumeExpansion"],
    ["v1/Namespace", "metadata.labels"],
    ["v1/PersistentVolumeClaim", "spec.resources"],
    ["v1/Pod", "spec.tolerations"],
    ["v1/ResourceQuota", "spec.hard"],
    // Another group's kind of the same name is another kind.
    ["example.dev/v1/Secret", "data"],
    ["example.dev/v1/Deployment", "spec.selector"],
  ];
  for (const [type, path] of UPDATED) {
    it(`updates a ${type} for ${path}`, () => {
      const { changes, replaces, deleteBeforeReplace } = change(type, path, "x", "y");
      assert.deepEqual([changes, replaces, deleteBeforeReplace], [true, [], false]);
    });
  }

  it("updates the data of ConfigMaps and Secrets where the provider's settings allow it", () => {
    const open = { mutableConfigMaps: true, mutableSecrets: true };
    const fields = (type: string, more = {}) => immutableFields({ ...object(type, "x", 1), ...more }, open);
    assert.deepEqual(fields("v1/ConfigMap"), []);
    assert.deepEqual(fields("v1/Secret"), ["type"]);
    assert.deepEqual(fields("v1/ConfigMap", { immutable: true }), ["data", "binaryData"]);
    assert.deepEqual(fields("v1/Secret", { immutable: true }), ["type", "data", "stringData"]);
  });

  it("replaces for another name or namespace, with both standing for a while", () => {
    const olds = object("v1/ConfigMap", "x", 1);
    for (const key of ["name", "namespace"]) {
      const news = { ...olds, metadata: { name: "a", namespace: "n", [key]: "other" } };
      const { replaces, deleteBeforeReplace } = difference(olds, news, []);
      assert.deepEqual([replaces, deleteBeforeReplace], [[`metadata.${key}`], false]);
    }
  });

  it("keeps the old one for a while where the name was generated", () => {
    const named = (data: string) => ({
      ...object("v1/ConfigMap", "data", { a: data }),
      metadata: { name: "a-1", annotations: { "pulumi.com/autonamed": "true" } },
    });
    const { replaces, deleteBeforeReplace } = difference(named("x"), named("y"), ["data"]);
    assert.deepEqual([replaces, deleteBeforeReplace], [["data.a"], false]);
  });

  it("replaces for another kind or group, and not for another version of the group", () => {
    const olds = object("storage.k8s.io/v1beta1/StorageClass", "x", 1);
    assert.deepEqual(difference(olds, { ...olds, apiVersion: "storage.k8s.io/v1" }, []).replaces, []);
    assert.deepEqual(difference(olds, { ...olds, apiVersion: "other.dev/v1" }, []).replaces, ["apiVersion"]);
    assert.deepEqual(difference(olds, { ...olds, kind: "CSIDriver" }, []).replaces, ["kind"]);
  });

  it("replaces when a whole section appears that holds a fixed field", () => {
    const olds = { apiVersion: "v1", kind: "Service", metadata: { name: "a" } };
    const news = { ...olds, spec: { clusterIP: "None" } };
    assert.deepEqual(difference(olds, news, ["spec.clusterIP"]).replaces, ["spec"]);
  });

  it("leaves alone what the program ignores, and nothing beside it", () => {
    const olds = { metadata: { labels: { a: "1", ab: "1", "x.dev/y": "1" } }, list: [{ z: 1 }, { z: 1 }] };
    const news = { metadata: { labels: { a: "2", ab: "2", "x.dev/y": "2" } }, list: [{ z: 2 }, { z: 2 }] };
    const ignored = ["metadata.labels.a", 'metadata.labels["x.dev/y"]', "list[0]"];
    assert.deepEqual(Object.keys(difference(olds, news, [], ignored).detailed), [
      "metadata.labels.ab",
      "list[1].z",
    ]);
  });

  it("takes an unknown value as a change, because it may be one", () => {
    assert.deepEqual(changesBetween({ a: 1 }, { a: UNKNOWN }, ""), [["a", "update"]]);
    assert.deepEqual(change("v1/Service", "spec.clusterIP", "x", UNKNOWN).replaces, ["spec.clusterIP"]);
  });

  it("tells added, dropped and changed list items and map keys apart", () => {
    const changes = changesBetween({ l: [1, 2], m: { a: 1, b: 1 } }, { l: [1], m: { a: 2, c: 1 } }, "");
    assert.deepEqual(changes, [
      ["l[1]", "delete"],
      ["m.a", "update"],
      ["m.b", "delete"],
      ["m.c", "add"],
    ]);
  });

  it("minds no other spelling of a quantity, where a quantity is meant", () => {
    const hard = (memory: string) => ({ spec: { hard: { "limits.memory": memory } } });
    assert.deepEqual(changesBetween(hard("1024Mi"), hard("1Gi"), ""), []);
    assert.equal(changesBetween(hard("1024Mi"), hard("1G"), "").length, 1);
    assert.equal(changesBetween({ data: { a: "1024Mi" } }, { data: { a: "1Gi" } }, "").length, 1);
  });

  it("finds none between equals, and some between all others", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: true }), fc.jsonValue(), (a, b) => {
        assert.deepEqual(changesBetween(a, structuredClone(a), ""), []);
        const equal = changesBetween(a, b, "").length === 0;
        assert.equal(equal, changesBetween(b, a, "").length === 0);
      }),
    );
  });
});

const live = (more: Properties = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  ...more,
  metadata: {
    name: "a",
    uid: "u",
    resourceVersion: "7",
    creationTimestamp: "then",
    generation: 1,
    managedFields: [],
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": '{"data":"secret"}', mine: "1" },
    ...(more["metadata"] as Properties | undefined),
  },
});

describe("kubernetes plugin: the live object as inputs", () => {
  it("are only what the program named, with the live values", () => {
    const inputs = { metadata: { name: "a", labels: { x: "1", y: "1" } }, spec: { a: 1 } };
    const seen = { metadata: { name: "a", labels: { x: "2", z: "1" }, uid: "u" }, spec: { a: 1, b: 2 } };
    assert.deepEqual(projected(inputs, seen), {
      metadata: { name: "a", labels: { x: "2" } },
      spec: { a: 1 },
    });
  });

  it("lose a field that went away, but not one that was empty", () => {
    const inputs = { data: { a: "1" }, labels: {}, list: [], gone: "x" };
    assert.deepEqual(projected(inputs, { data: {} }), { data: {}, labels: {}, list: [] });
  });

  it("see a changed and a removed list item, and not what others appended", () => {
    assert.deepEqual(projected({ l: [{ a: 1 }, { a: 2 }] }, { l: [{ a: 1, b: 1 }, { a: 9 }, { a: 3 }] }), {
      l: [{ a: 1 }, { a: 9 }],
    });
    assert.deepEqual(projected({ l: [1, 2] }, { l: [1] }), { l: [1] });
  });

  it("keep the program's spelling of a quantity", () => {
    const inputs = { spec: { hard: { "requests.cpu": "1000m", pods: "10" } } };
    const seen = { spec: { hard: { "requests.cpu": "1", pods: "11" } } };
    assert.deepEqual(projected(inputs, seen), { spec: { hard: { "requests.cpu": "1000m", pods: "11" } } });
    assert.deepEqual(projected({ data: { a: "1000m" } }, { data: { a: "1" } }), { data: { a: "1" } });
  });

  it("of an unchanged object are the inputs, whatever the server adds", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (inputs) => {
        const kept = JSON.parse(JSON.stringify(inputs)) as Properties;
        assert.deepEqual(projected(kept, { ...kept, "added by the server": true }), kept);
      }),
    );
  });

  it("of an import are all that somebody wrote", () => {
    assert.deepEqual(authored(live({ status: { phase: "Active" }, spec: { finalizers: ["kubernetes"] } })), {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "a", annotations: { mine: "1" } },
      spec: { finalizers: ["kubernetes"] },
    });
    const copied = { "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    assert.deepEqual(authored(live({ metadata: { annotations: copied } }))["metadata"], { name: "a" });
  });

  it("and the state hold no copy that kubectl left, for it may be a Secret's", () => {
    const { metadata } = recorded(live({ status: { phase: "Active" } }));
    assert.deepEqual(metadata["annotations"], { mine: "1" });
    assert.equal("managedFields" in metadata, false);
    assert.equal(metadata["uid"], "u");
  });
});

describe("kubernetes plugin: Secrets", () => {
  const secret = (more: Properties): Properties => ({ apiVersion: "v1", kind: "Secret", ...more });
  const base64 = (text: string) => Buffer.from(text).toString("base64");

  it("keep their data secret, and nothing else", () => {
    const kept = sealed(secret({ data: { a: "eA==" }, type: "Opaque" }));
    assert.ok(kept["data"] instanceof Secret);
    assert.equal(kept["type"], "Opaque");
    assert.ok(sealed(secret({ stringData: { a: "x" } }))["stringData"] instanceof Secret);
    const configMap = { apiVersion: "v1", kind: "ConfigMap", data: { a: "x" } };
    assert.deepEqual(sealed(configMap), configMap);
  });

  it("are the same whether written as text or as base64", () => {
    const [olds, news] = comparable(secret({ stringData: { a: "x" } }), secret({ data: { a: base64("x") } }));
    assert.deepEqual(changesBetween(olds, news, ""), []);
  });

  it("written as text are read back as text, so that drift is seen", () => {
    const inputs = secret({ stringData: { a: "mine", gone: "x" } });
    const now = secret({ data: { a: base64("drifted"), more: base64("y") } });
    assert.deepEqual(projected(inputs, unfolded(now, inputs)), secret({ stringData: { a: "drifted" } }));
  });
});

describe("kubernetes plugin: names and namespaces", () => {
  const rules: CheckRules = {
    kind: { apiVersion: "v1", kind: "ConfigMap" },
    isPatch: false,
    defaultNamespace: "home",
    serverSideApply: true,
  };
  const metadataOf = (result: { inputs: Properties }) => result.inputs["metadata"] as Properties;

  it("are filled in where the program says none", () => {
    const seed = new Uint8Array([1, 2, 3]);
    const naming = { seed, disabled: false };
    const first = metadataOf(checked(context({ naming }), rules, {}, {}));
    assert.match(String(first["name"]), /^settings-[0-9a-f]{8}$/);
    assert.equal(first["namespace"], "home");
    assert.deepEqual(first["annotations"], { "pulumi.com/autonamed": "true" });
    // The run after the preview must come to the same name.
    assert.deepEqual(metadataOf(checked(context({ naming }), rules, {}, {})), first);
  });

  it("are the program's where it says them, and no annotation is added", () => {
    const { inputs } = checked(context(), rules, {}, { metadata: { name: "a", namespace: "b" } });
    assert.deepEqual(inputs["metadata"], { name: "a", namespace: "b" });
  });

  it("keep a generated name from run to run", () => {
    const olds = { metadata: { name: "settings-1", annotations: { "pulumi.com/autonamed": "true" } } };
    assert.equal(metadataOf(checked(context(), rules, olds, {}))["name"], "settings-1");
  });

  it("follow the stack's configuration", () => {
    const naming = { seed: new Uint8Array(), disabled: false, proposed: "stack-settings" };
    assert.equal(metadataOf(checked(context({ naming }), rules, {}, {}))["name"], "stack-settings");
    const disabled = { seed: new Uint8Array(), disabled: true };
    assert.throws(() => checked(context({ naming: disabled }), rules, {}, {}), /autonaming is disabled/);
  });

  it("have no namespace where the kind has none", () => {
    const { inputs } = checked(context(), { ...rules, defaultNamespace: undefined }, {}, {});
    assert.equal("namespace" in (inputs["metadata"] as Properties), false);
  });

  it("of a patch must be said", () => {
    assert.throws(
      () => checked(context(), { ...rules, isPatch: true }, {}, {}),
      /require the `\.metadata\.name`/,
    );
  });

  it("and labels must be texts", () => {
    const { failures } = checked(context(), rules, {}, { metadata: { name: 5, labels: { a: 1 } } });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["metadata.name", "metadata.labels"],
    );
  });

  it("may be unknown yet", () => {
    const metadata = { name: UNKNOWN, namespace: UNKNOWN, labels: UNKNOWN };
    const { inputs, failures } = checked(context(), rules, {}, { metadata });
    assert.deepEqual([inputs["metadata"], failures], [metadata, []]);
    assert.equal(checked(context(), rules, {}, { metadata: UNKNOWN }).inputs["metadata"], UNKNOWN);
  });

  it("make the id, and come out of it", () => {
    assert.deepEqual(parseId("n/a"), { namespace: "n", name: "a" });
    assert.deepEqual(parseId("a"), { name: "a" });
    // A ClusterRole may be called so.
    assert.deepEqual(parseId("system:node"), { name: "system:node" });
  });
});

describe("kubernetes plugin: field managers", () => {
  const entry = (manager: string, operation: string, fields: string[], subresource?: string) => ({
    manager,
    operation,
    apiVersion: "v1",
    fieldsV1: { "f:data": Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
    ...(subresource !== undefined && { subresource }),
  });
  const managed = (...managedFields: unknown[]) => live({ metadata: { managedFields } });

  it("are one a resource, and stay", () => {
    const state = { __fieldManager: "pulumi-kubernetes-1234" };
    assert.equal(fieldManager({}, state, true), "pulumi-kubernetes-1234");
    assert.match(fieldManager({}, {}, true), /^pulumi-kubernetes-[0-9a-f]{8}$/);
    assert.equal(fieldManager({}, state, false), "pulumi-kubernetes");
    const named = { metadata: { annotations: { "pulumi.com/patchFieldManager": "mine" } } };
    assert.equal(fieldManager(named, state, true), "mine");
  });

  it("take over what was created, so that dropped fields go away", () => {
    const controller = entry("kube-controller-manager", "Update", ["s"], "status");
    const taken = takenOver(managed(entry("pulumi-kubernetes", "Update", ["a", "b"]), controller), "ours");
    assert.deepEqual(taken, [controller, entry("ours", "Apply", ["a", "b"])]);
  });

  it("join what was created to what was applied already", () => {
    const taken = takenOver(
      managed(entry("ours", "Apply", ["a"]), entry("pulumi-kubernetes", "Update", ["b"])),
      "ours",
    );
    assert.deepEqual(taken, [entry("ours", "Apply", ["a", "b"])]);
  });

  it("leave to others what is theirs", () => {
    assert.equal(takenOver(managed(entry("kubectl-edit", "Update", ["a"])), "ours"), undefined);
    assert.equal(
      takenOver(managed(entry("pulumi-kubernetes", "Update", ["a"], "status")), "ours"),
      undefined,
    );
    assert.equal(takenOver(managed(entry("ours", "Apply", ["a"])), "ours"), undefined);
  });

  it("tell an object that was created and never applied to", () => {
    assert.equal(isUnapplied(managed(entry("pulumi-kubernetes", "Update", ["a"]))), true);
    assert.equal(isUnapplied(managed(entry("pulumi-kubernetes-12", "Apply", ["a"]))), false);
  });
});

describe("kubernetes plugin: client-side apply", () => {
  it("sends what changed, and null for what is dropped", () => {
    assert.deepEqual(
      mergePatch({ a: 1, b: { c: 1, d: 1 }, l: [1] }, { b: { c: 2, d: 1 }, l: [1, 2], e: 3 }),
      {
        a: null,
        b: { c: 2 },
        l: [1, 2],
        e: 3,
      },
    );
    assert.deepEqual(mergePatch({ a: { b: [1] } }, { a: { b: [1] } }), { a: {} });
  });
});

describe("kubernetes plugin: keys that TypeScript cannot spell", () => {
  it("go to the server with dashes and come back with underscores", () => {
    const written = { schema: { "x-kubernetes-preserve-unknown-fields": true, x_y: [{ a_b: 1 }] } };
    const spelt = { schema: { x_kubernetes_preserve_unknown_fields: true, x_y: [{ a_b: 1 }] } };
    assert.deepEqual(toProgram(written), spelt);
    assert.deepEqual(toServer(spelt), written);
  });
});

/** A server of which only answers by path are known. */
function fakeClient(answers: Readonly<Record<string, unknown>>): { client: Client; asked: string[] } {
  const asked: string[] = [];
  const client = {
    ask: (_method: string, path: string) => {
      asked.push(path);
      const answer = answers[path];
      return answer === undefined
        ? Promise.reject(new ApiError(404, "NotFound", "the server could not find the requested resource"))
        : answer instanceof Error
          ? Promise.reject(answer)
          : Promise.resolve(answer);
    },
  };
  return { client: client as unknown as Client, asked };
}

describe("kubernetes plugin: where objects are kept", () => {
  const deployments = { name: "deployments", kind: "Deployment", namespaced: true };
  const lists: Record<string, unknown> = {
    "/apis/apps/v1": { resources: [{ ...deployments, name: "deployments/scale" }, deployments] },
    "/api/v1": { resources: [{ name: "namespaces", kind: "Namespace", namespaced: false }] },
  };

  it("is asked of the server, once for all", async () => {
    const { client, asked } = fakeClient(lists);
    const discovery = new Discovery(client);
    const kind = kindOf("kubernetes:apps/v1:Deployment");
    const found = await Promise.all([1, 2, 3].map(() => discovery.endpoint(kind)));
    assert.equal(found[0]?.path("n", "a"), "/apis/apps/v1/namespaces/n/deployments/a");
    assert.equal(found[0].path("n"), "/apis/apps/v1/namespaces/n/deployments");
    assert.deepEqual(asked, ["/apis/apps/v1"]);
  });

  it("has no namespace for kinds without one", async () => {
    const discovery = new Discovery(fakeClient(lists).client);
    const endpoint = await discovery.endpoint(kindOf("kubernetes:core/v1:Namespace"));
    assert.equal(endpoint.path(undefined, "a:b"), "/api/v1/namespaces/a%3Ab");
  });

  it("is asked again for what was not there, because its definition may come in the same run", async () => {
    const answers: Record<string, unknown> = {};
    const discovery = new Discovery(fakeClient(answers).client);
    const foo = { apiVersion: "trial.dev/v1", kind: "Foo" };
    assert.equal(await discovery.find(foo), undefined);
    await assert.rejects(discovery.endpoint(foo), new NoKindMatch(foo));
    answers["/apis/trial.dev/v1"] = { resources: [{ name: "foos", kind: "Foo", namespaced: true }] };
    assert.equal((await discovery.find(foo))?.path("n", "a"), "/apis/trial.dev/v1/namespaces/n/foos/a");
  });

  it("is not taken for unknown when the server fails", async () => {
    const answers: Record<string, unknown> = { "/api/v1": new ApiError(500, "", "etcd is away") };
    const discovery = new Discovery(fakeClient(answers).client);
    const namespace = kindOf("kubernetes:core/v1:Namespace");
    await assert.rejects(discovery.find(namespace), /etcd is away/);
    answers["/api/v1"] = lists["/api/v1"];
    assert.notEqual(await discovery.find(namespace), undefined);
  });

  it("follows from the resource type", () => {
    assert.deepEqual(kindOf("kubernetes:core/v1:Pod"), { apiVersion: "v1", kind: "Pod" });
    assert.deepEqual(kindOf("kubernetes:velero.io/v1:Schedule"), {
      apiVersion: "velero.io/v1",
      kind: "Schedule",
    });
    assert.deepEqual(["v1", "core/v1", "apps/v1"].map(groupOf), ["", "", "apps"]);
  });
});

describe("kubernetes plugin: readiness", () => {
  const { client } = fakeClient({
    "/apis/storage.k8s.io/v1/storageclasses/late": { volumeBindingMode: "WaitForFirstConsumer" },
    "/apis/storage.k8s.io/v1/storageclasses/now": { volumeBindingMode: "Immediate" },
  });
  const judged = (apiVersion: string, kind: string, more: Properties) =>
    notReady(live({ ...more, apiVersion, kind }), client);
  const condition = (type: string, status: string, message = "") => ({
    conditions: [{ type, status, message }],
  });

  const claim = (storageClassName: string, phase: string) => ({
    spec: { storageClassName },
    status: { phase },
  });
  const rows: [string, string, string, Properties, string | undefined][] = [
    ["any kind without a judgement", "v1", "ConfigMap", {}, undefined],
    [
      "a quota that nobody counted",
      "v1",
      "ResourceQuota",
      { spec: { hard: { pods: "1" } } },
      "the quota controller has not counted yet",
    ],
    [
      "a quota whose old limits were counted",
      "v1",
      "ResourceQuota",
      { spec: { hard: { pods: "2" } }, status: { hard: { pods: "1" } } },
      "the quota controller has not counted yet",
    ],
    [
      "a counted quota",
      "v1",
      "ResourceQuota",
      { spec: { hard: { pods: "1" } }, status: { hard: { pods: "1" } } },
      undefined,
    ],
    [
      "a definition on its way",
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
      { status: condition("Established", "False", "the initial names") },
      "the definition is not established: the initial names",
    ],
    [
      "an established definition",
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
      { status: condition("Established", "True") },
      undefined,
    ],
    [
      "an unavailable Deployment",
      "apps/v1",
      "Deployment",
      {
        metadata: { generation: 1 },
        status: { observedGeneration: 1, ...condition("Available", "False", "no pods") },
      },
      "the Deployment is not available: no pods",
    ],
    [
      "a Deployment whose change nobody saw",
      "apps/v1",
      "Deployment",
      { metadata: { generation: 2 }, status: { observedGeneration: 1, ...condition("Available", "True") } },
      "its controller has not seen it yet",
    ],
    [
      "a Deployment that runs",
      "apps/v1",
      "Deployment",
      { metadata: { generation: 2 }, status: { observedGeneration: 2, ...condition("Available", "True") } },
      undefined,
    ],
    [
      "a StatefulSet half way",
      "apps/v1",
      "StatefulSet",
      { spec: { replicas: 3 }, status: { observedGeneration: 1, readyReplicas: 1 } },
      "1 of 3 replicas are ready",
    ],
    ["a Pod that runs", "v1", "Pod", { status: condition("Ready", "True") }, undefined],
    ["a Pod that has done its work", "v1", "Pod", { status: { phase: "Succeeded" } }, undefined],
    [
      "a Pod that nobody placed",
      "v1",
      "Pod",
      { status: condition("Ready", "False", "no node") },
      "the Pod is not ready: no node",
    ],
    ["a claim that binds at first use", "v1", "PersistentVolumeClaim", claim("late", "Pending"), undefined],
    [
      "a claim that binds at once",
      "v1",
      "PersistentVolumeClaim",
      claim("now", "Pending"),
      "its phase is Pending, not Bound",
    ],
    [
      "a claim whose class is missing",
      "v1",
      "PersistentVolumeClaim",
      claim("none", "Pending"),
      "its phase is Pending, not Bound",
    ],
    ["a bound claim", "v1", "PersistentVolumeClaim", claim("now", "Bound"), undefined],
    [
      "a token that nobody wrote",
      "v1",
      "Secret",
      { type: "kubernetes.io/service-account-token" },
      "the token controller has not filled in the token yet",
    ],
    ["an empty Secret", "v1", "Secret", { type: "Opaque" }, undefined],
    ["another group's Deployment", "example.dev/v1", "Deployment", {}, undefined],
  ];
  for (const [what, apiVersion, kind, more, reason] of rows) {
    it(`${reason === undefined ? "is reached by" : "waits for"} ${what}`, async () => {
      assert.equal(await judged(apiVersion, kind, more), reason);
    });
  }

  it("is given up where the controller has given up", () => {
    const job = live({ kind: "Job", status: condition("Failed", "True", "too often") });
    assert.equal(hasFailed(job), "the Job has failed: too often");
    assert.equal(hasFailed(live({ kind: "Job" })), undefined);
  });

  it("says what holds an object that does not go", () => {
    const held = live({ metadata: { finalizers: ["trial.dev/hold"] }, spec: { finalizers: ["kubernetes"] } });
    assert.equal(heldBy(held), "held by the finalizers trial.dev/hold, kubernetes");
    const status = condition("NamespaceContentRemaining", "True", "1 pod remains");
    assert.equal(heldBy(live({ status })), "no finalizer holds it; 1 pod remains");
  });
});

describe("kubernetes plugin: waiting", () => {
  it("is as long as the option says, then the annotation, then ten minutes", () => {
    const annotated = { metadata: { annotations: { "pulumi.com/timeoutSeconds": "5" } } };
    assert.equal(patience(context({ timeoutSeconds: 3 }), annotated), 3);
    assert.equal(patience(context(), annotated), 5);
    assert.equal(patience(context(), {}), 600);
  });

  it("ends when it came, when time is up, and when the engine cancels", async () => {
    let asked = 0;
    assert.equal(await until(() => Promise.resolve(++asked === 3), 5, context().signal), true);
    assert.equal(await until(() => Promise.resolve(false), 0.06, context().signal), false);
    const cancel = new AbortController();
    const waiting = until(() => Promise.resolve(false), 60, cancel.signal);
    cancel.abort();
    await assert.rejects(waiting, { name: "AbortError" });
  });
});

describe("kubernetes plugin: fields that the program ignores", () => {
  const managedBy = (manager: string, fields: Properties) => ({
    manager,
    fieldsV1: { "f:metadata": fields },
  });
  const inputs = { data: { k: "new" }, metadata: { name: "a", labels: { x: "1", y: "1" } } };
  const labels = { x: "9", y: "1" };
  const theirs = managedBy("kubectl-label", { "f:labels": { "f:x": {} } });
  const ours = managedBy("ours", { "f:labels": { "f:x": {}, "f:y": {} } });
  const seen = (...managedFields: unknown[]) => live({ metadata: { labels, managedFields } });

  it("are not applied where somebody else manages them by now", () => {
    const body = leftAlone(inputs, seen(theirs), "ours", ["metadata.labels.x"]);
    assert.deepEqual(body, { data: { k: "new" }, metadata: { name: "a", labels: { y: "1" } } });
  });

  it("are applied with the live value where we manage them, or did before the first apply", () => {
    for (const manager of ["ours", "pulumi-kubernetes"]) {
      const body = leftAlone(inputs, seen({ ...ours, manager }, theirs), "ours", ["metadata.labels.x"]);
      assert.deepEqual(body["metadata"], { name: "a", labels: { x: "9", y: "1" } });
    }
  });

  it("may have dots in their names, and may be missing", () => {
    const annotated = { metadata: { name: "a", annotations: { "a.b/c": "1" } } };
    const theirKey = managedBy("other", { "f:annotations": { "f:a.b/c": {} } });
    assert.deepEqual(leftAlone(annotated, seen(theirKey), "ours", ['metadata.annotations["a.b/c"]']), {
      metadata: { name: "a", annotations: {} },
    });
    assert.deepEqual(leftAlone(inputs, seen(theirs), "ours", ["spec.none", "data[0]"]), inputs);
    assert.deepEqual(leftAlone(inputs, seen(theirs), "ours"), inputs);
  });
});
