import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { differences, sameDocument } from "../../automation/drift/compare";
import { objectsOf } from "../../automation/drift/declared";
import { KubernetesLooker } from "../../automation/drift/kubernetes";
import { vaultName, vaultTypes } from "../../automation/drift/vault";
import { ReadError, type Reader } from "../../proof/reader";

describe("a live object and its declaration", () => {
  const at = (live: unknown, declared: unknown) =>
    differences(live, declared).map(
      ({ field, live: is, declared: should }) => `${field}: ${is}, not ${should}`,
    );

  it("are the same where the server has only added to it", () => {
    assert.deepEqual(at({ a: 1, b: [{ c: "x", d: true }], e: {} }, { a: 1, b: [{ c: "x" }] }), []);
  });

  it("are the same where both spell one quantity, or both say nothing", () => {
    assert.deepEqual(
      at({ cpu: "500m", memory: "1Gi", port: 443 }, { cpu: "0.5", memory: "1024Mi", port: "443" }),
      [],
    );
    assert.deepEqual(at({ a: null, c: "text" }, { a: [], b: {}, c: "text\n" }), []);
  });

  it("differ by value, by absence, by length of a list, and by a false that is not there", () => {
    assert.deepEqual(at({ a: { b: "x" } }, { a: { b: "y" } }), ["a.b: x, not y"]);
    assert.deepEqual(at({}, { a: { b: 1 } }), ['a: nothing, not {"b":1}']);
    assert.deepEqual(at({ a: [1, 2] }, { a: [1] }), ["a: [1,2], not [1]"]);
    assert.deepEqual(at({ a: [] }, { a: [1] }), ["a: [], not [1]"]);
    assert.deepEqual(at({ a: "x" }, { a: "" }), ["a: x, not "]);
    assert.deepEqual(at({}, { automountServiceAccountToken: false }), [
      "automountServiceAccountToken: nothing, not false",
    ]);
    assert.deepEqual(at({ cpu: "501m" }, { cpu: "0.5" }), ["cpu: 501m, not 0.5"]);
  });

  it("are not compared where the engine hides or does not know a value, and long ones are not shown", () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    assert.deepEqual(at({ a: 1, b: 2, c: 3 }, { a: "[secret]", b: unknown, c: secret }), []);
    assert.deepEqual(at({ a: "x".repeat(80) }, { a: "y" }), ["a: 80 characters, not y"]);
  });

  it("are one document whatever order a server writes it in", () => {
    assert.ok(sameDocument('{"b":1,"a":[1]}', '{ "a": [1], "b": 1 }'));
    assert.ok(sameDocument("path {}\n", "path {}"));
    assert.ok(!sameDocument('{"a":[1,2]}', '{"a":[2,1]}'));
  });
});

describe("declared objects", () => {
  const tenant = "urn:pulumi:x::tenantry::tenantry:index:Tenant::acme";
  const component = "urn:pulumi:x::tenantry::tenantry:index:Tenant$tenantry:index:SecretDelivery::acme";
  const step = (op: string, type: string, urn: string, parent: string, id?: string): EngineEvent =>
    ({
      resourcePreEvent: {
        metadata: {
          op,
          type,
          urn,
          old: id === undefined ? undefined : { id, parent },
          new: { parent, inputs: { op } },
        },
      },
    }) as unknown as EngineEvent;
  const urn = (name: string) =>
    `urn:pulumi:x::tenantry::tenantry:index:Tenant$tenantry:index:SecretDelivery$kubernetes:core/v1:Secret::${name}`;

  it("are those that steps keep or make, once each, with tenant, plane and id", () => {
    const events = [
      step("same", "tenantry:index:SecretDelivery", component, tenant),
      step("same", "kubernetes:core/v1:Secret", urn("one"), component, "ns/one"),
      step("create-replacement", "kubernetes:core/v1:Secret", urn("two"), component),
      step("replace", "kubernetes:core/v1:Secret", urn("two"), component),
      step("delete", "kubernetes:core/v1:Secret", urn("gone"), component, "ns/gone"),
      step("read", "kubernetes:core/v1:Namespace", urn("read"), component, "kube-system"),
      step("same", "pulumi:providers:aws", "urn:pulumi:x::tenantry::pulumi:providers:aws::a", ""),
    ];
    assert.deepEqual(objectsOf(events), [
      {
        urn: urn("one"),
        type: "kubernetes:core/v1:Secret",
        tenant: "acme",
        plane: "secret-delivery",
        inputs: { op: "same" },
        id: "ns/one",
      },
      {
        urn: urn("two"),
        type: "kubernetes:core/v1:Secret",
        tenant: "acme",
        plane: "secret-delivery",
        inputs: { op: "replace" },
        id: "",
      },
    ]);
  });
});

describe("a look at a Kubernetes object", () => {
  const object = (inputs: Record<string, unknown>) => ({
    urn: "",
    type: "",
    tenant: "acme",
    plane: "",
    id: "",
    inputs: { apiVersion: "v1", kind: "ConfigMap", ...inputs },
  });
  const looker = (live: Record<string, unknown> | number) => {
    const cluster: Reader = {
      address: "https://cluster.test",
      get: (path) => {
        if (path === "/api/v1") {
          const resources = [
            { name: "configmaps", kind: "ConfigMap", namespaced: true },
            { name: "configmaps/status", kind: "ConfigMap", namespaced: true },
          ];
          return Promise.resolve({ resources });
        }
        assert.equal(path, "/api/v1/namespaces/ns/configmaps/one");
        return typeof live === "number"
          ? Promise.reject(new ReadError(live, "no"))
          : Promise.resolve({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, ...live });
      },
    };
    return new KubernetesLooker(cluster);
  };
  const metadata = { name: "one", namespace: "ns", annotations: { "pulumi.com/patchForce": "true" } };

  it("tells missing from forbidden, and passes on every other refusal", async () => {
    assert.deepEqual(await looker(404).look(object({ metadata })), { seen: "missing" });
    assert.deepEqual(await looker(403).look(object({ metadata })), { seen: "hidden" });
    await assert.rejects(looker(500).look(object({ metadata })), ReadError);
  });

  it("finds a kind missing that the API server does not serve", async () => {
    assert.deepEqual(await looker({}).look(object({ kind: "Other", metadata })), { seen: "missing" });
  });

  it("tells of labels that nobody declared, and not of those that the server writes", async () => {
    const live = {
      metadata: { name: "one", labels: { "app.kubernetes.io/managed-by": "pulumi", opens: "everything" } },
    };
    assert.deepEqual(await looker(live).look(object({ metadata })), {
      seen: "live",
      differences: [{ field: "metadata.labels.opens", declared: "nothing", live: "everything" }],
    });
  });

  it("does not take an object for standing that is being deleted", async () => {
    const live = { metadata: { name: "one", deletionTimestamp: "2026-11-23T10:00:00Z" } };
    const sight = await looker(live).look(object({ metadata }));
    assert.equal(sight.seen === "live" && sight.differences[0]?.live, "being deleted");
  });
});

describe("a look at a Vault object", () => {
  it("calls each by where it stands", () => {
    const called = (type: string, inputs: Record<string, unknown>) =>
      vaultName({ urn: "", type, tenant: "", plane: "", id: "", inputs });
    assert.equal(called("vault:index/mount:Mount", { namespace: "ns", path: "kv" }), "mount ns/kv");
    assert.equal(called("vault:index/authBackend:AuthBackend", { path: "tenantry" }), "login tenantry");
    assert.equal(vaultTypes.size, 7);
  });
});
