/** The kubernetes plugin against a server of our own, which answers what the tests say and remembers what was asked. */

import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PartialFailure, type CallContext } from "../../sandbox/plugins/protocol";
import { Client } from "../../sandbox/plugins/kubernetes/client";
import type { Cluster } from "../../sandbox/plugins/kubernetes/cluster";
import { Discovery } from "../../sandbox/plugins/kubernetes/discovery";
import { KubernetesResource } from "../../sandbox/plugins/kubernetes/resource";
import { readSettings } from "../../sandbox/plugins/kubernetes/settings";

interface Asked {
  readonly line: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}
type Answers = Record<
  string,
  (asked: Asked) => [status: number, body: unknown, headers?: Record<string, string>]
>;

const RESOURCES = {
  resources: [
    { name: "configmaps", kind: "ConfigMap", namespaced: true },
    { name: "namespaces/status", kind: "Namespace", namespaced: false },
    { name: "namespaces", kind: "Namespace", namespaced: false },
    { name: "resourcequotas", kind: "ResourceQuota", namespaced: true },
  ],
};
const refusal = (code: number, reason: string, message: string, kind = "") =>
  [code, { kind: "Status", reason, message, details: { kind } }] as [number, unknown];
const configMap = (over = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "n", namespace: "ns", ...over },
});

describe("kubernetes plugin: requests", () => {
  let server: Server;
  let answers: Answers;
  let asked: Asked[];
  let client: Client;
  let discovery: Discovery;
  let cluster: Cluster;
  const cancel = () => new AbortController();
  const context = (preview = false, over: Partial<CallContext> = {}): CallContext => ({
    urn: "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::n",
    preview,
    timeoutSeconds: 0,
    signal: cancel().signal,
    ...over,
  });
  const resource = (type = "kubernetes:core/v1:ConfigMap") => new KubernetesResource(cluster, type);
  const lines = () => asked.map(({ line }) => line);

  beforeEach(async () => {
    asked = [];
    answers = { "GET /api/v1": () => [200, RESOURCES] };
    server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const url = new URL(request.url ?? "", "http://localhost");
        const line = `${request.method} ${url.pathname}`;
        const question = {
          line,
          query: url.searchParams,
          body: text === "" ? undefined : (JSON.parse(text) as unknown),
        };
        asked.push(question);
        const [status, body, headers] = answers[line]?.(question) ?? refusal(404, "NotFound", `no ${line}`);
        response.writeHead(status, headers).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const settings = readSettings({});
    client = new Client({ server: `http://127.0.0.1:${port}`, insecure: false }, settings);
    discovery = new Discovery(client);
    cluster = { settings, namespace: "default", client, discovery };
  });
  afterEach((done) => {
    server.closeAllConnections();
    server.close(done);
  });

  it("asks once where a group's kinds live, however many need to know", async () => {
    const kind = { apiVersion: "v1", kind: "ConfigMap" };
    const [endpoint] = await Promise.all(Array.from({ length: 20 }, () => discovery.endpoint(kind)));
    assert.equal(endpoint?.path("a b", "c/d"), "/api/v1/namespaces/a%20b/configmaps/c%2Fd");
    assert.equal(endpoint.path(undefined), "/api/v1/namespaces/default/configmaps");
    const namespace = await discovery.endpoint({ apiVersion: "v1", kind: "Namespace" });
    assert.equal(namespace.path("ignored", "n"), "/api/v1/namespaces/n");
    assert.deepEqual(lines(), ["GET /api/v1"]);
  });

  it("asks again for a kind that was missing: its definition may have come meanwhile", async () => {
    const kind = { apiVersion: "example.com/v1", kind: "Thing" };
    assert.equal(await discovery.find(kind), undefined);
    await assert.rejects(discovery.endpoint(kind), {
      message: 'no matches for kind "Thing" in version "example.com/v1"',
    });
    answers["GET /apis/example.com/v1"] = () => [
      200,
      { resources: [{ name: "things", kind: "Thing", namespaced: false }] },
    ];
    assert.equal((await discovery.find(kind))?.path(undefined, "a"), "/apis/example.com/v1/things/a");
  });

  it("forgets a failed answer", async () => {
    answers["GET /api/v1"] = () => refusal(500, "InternalError", "not yet");
    const kind = { apiVersion: "v1", kind: "ConfigMap" };
    await assert.rejects(discovery.find(kind), { message: "not yet" });
    answers["GET /api/v1"] = () => [200, RESOURCES];
    assert.ok(await discovery.find(kind));
  });

  it("comes back when a busy server says so", async () => {
    let left = 1;
    answers["GET /x"] = () => (left-- > 0 ? [429, {}, { "retry-after": "1" }] : [200, { fine: true }]);
    assert.deepEqual(await client.ask("GET", "/x"), { fine: true });
  });

  it("keeps to its rate", async () => {
    const slow = new Client(
      { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, insecure: false },
      { qps: 50, burst: 5, timeout: 0 },
    );
    answers["GET /x"] = () => [200, {}];
    const start = performance.now();
    await Promise.all(Array.from({ length: 15 }, () => slow.ask("GET", "/x")));
    const took = performance.now() - start;
    assert.ok(took >= 190, `10 requests over the burst took ${took} ms at 50 a second`);
  });

  it("says which server does not answer", async () => {
    const nobody = new Client({ server: "http://127.0.0.1:1", insecure: false }, readSettings({}));
    await assert.rejects(
      nobody.ask("GET", "/version"),
      /GET "http:\/\/127.0.0.1:1\/version": .*ECONNREFUSED/,
    );
  });

  it("creates without taking over, and previews the same as a dry run", async () => {
    answers["POST /api/v1/namespaces/ns/configmaps"] = ({ body }) => [
      201,
      { ...(body as object), status: {} },
    ];
    const { id, state } = await resource().create(context(), configMap());
    assert.equal(id, "ns/n");
    assert.match(String(state["__fieldManager"]), /^pulumi-kubernetes-[0-9a-f]{8}$/);
    const preview = await resource().create(context(true), configMap());
    assert.equal(preview.id, "");
    assert.equal(preview.state["status"], undefined);
    const posts = asked.filter(({ line }) => line.startsWith("POST"));
    assert.deepEqual(
      posts.map(({ query }) => [query.get("fieldManager"), query.get("dryRun")]),
      [
        ["pulumi-kubernetes", null],
        ["pulumi-kubernetes", "All"],
      ],
    );
  });

  const tolerated: [string, [number, unknown]][] = [
    ["the namespace is yet to come", refusal(404, "NotFound", 'namespaces "ns" not found', "namespaces")],
    ["the old object is yet to go", refusal(409, "AlreadyExists", 'configmaps "n" already exists')],
    ["only the deployer may ask", refusal(403, "Forbidden", "configmaps is forbidden")],
  ];
  for (const [why, answer] of tolerated) {
    it(`previews the inputs when ${why}`, async () => {
      answers["POST /api/v1/namespaces/ns/configmaps"] = () => answer;
      assert.deepEqual((await resource().create(context(true), configMap())).state, configMap());
    });
  }

  it("fails the preview by the server's sentence when an admission rule denies", async () => {
    answers["POST /api/v1/namespaces/ns/configmaps"] = () =>
      refusal(422, "Invalid", "denied request: no such thing");
    await assert.rejects(
      resource().create(context(true), configMap()),
      /was not successfully created by the Kubernetes API server: denied request: no such thing$/,
    );
  });

  it("waits for a namespace that is made in the same run", async () => {
    let left = 1;
    answers["POST /api/v1/namespaces/ns/configmaps"] = ({ body }) =>
      left-- > 0 ? refusal(404, "NotFound", 'namespaces "ns" not found', "namespaces") : [201, body];
    assert.equal((await resource().create(context(), configMap())).id, "ns/n");
  });

  it("records what exists when it is cancelled while it waits", async () => {
    const quota = { ...configMap(), kind: "ResourceQuota", spec: { hard: { pods: "1" } } };
    const stop = cancel();
    answers["POST /api/v1/namespaces/ns/resourcequotas"] = () => [201, quota];
    answers["GET /api/v1/namespaces/ns/resourcequotas/n"] = () => (stop.abort(), [200, quota]);
    const creating = resource("kubernetes:core/v1:ResourceQuota").create(
      context(false, { signal: stop.signal }),
      quota,
    );
    await assert.rejects(creating, (error: unknown) => {
      assert.ok(error instanceof PartialFailure);
      assert.equal(error.id, "ns/n");
      assert.match(
        error.message,
        /Resource operation was cancelled for "n"\nthe quota controller has not counted/,
      );
      return true;
    });
  });

  it("applies without force, so that others' fields are reported, not taken", async () => {
    const live = { ...configMap(), metadata: { ...configMap().metadata, managedFields: [{ manager: "x" }] } };
    answers["GET /api/v1/namespaces/ns/configmaps/n"] = () => [200, live];
    answers["PATCH /api/v1/namespaces/ns/configmaps/n"] = () => refusal(409, "Conflict", 'conflict with "x"');
    await assert.rejects(
      resource().update(context(), "ns/n", { __fieldManager: "mine" }, configMap(), configMap()),
      (error: unknown) =>
        error instanceof PartialFailure && /field manager "mine" had an apply conflict/.test(error.message),
    );
    const [patch] = asked.filter(({ line }) => line.startsWith("PATCH"));
    assert.deepEqual([patch?.query.get("force"), patch?.query.get("fieldManager")], ["false", "mine"]);
    answers["PATCH /api/v1/namespaces/ns/configmaps/n"] = () => [200, live];
    const forced = configMap({ annotations: { "pulumi.com/patchForce": "true" } });
    await resource().update(context(), "ns/n", { __fieldManager: "mine" }, configMap(), forced);
    assert.equal(asked.at(-1)?.query.get("force"), "true");
  });

  it("reads what is gone as gone: the object, or its kind", async () => {
    assert.equal(await resource().read(context(), "ns/n", configMap(), configMap()), undefined);
    const thing = resource("kubernetes:example.com/v1:Thing");
    assert.equal(await thing.read(context(), "one"), undefined);
    await thing.delete(context(), "one", {});
    await resource().delete(context(), "ns/n", configMap());
  });

  it("names the finalizers that hold what was deleted", async () => {
    const live = configMap({ finalizers: ["example.com/keep"] });
    answers["DELETE /api/v1/namespaces/ns/configmaps/n"] = () => [200, live];
    answers["GET /api/v1/namespaces/ns/configmaps/n"] = () => [200, live];
    await assert.rejects(resource().delete(context(false, { timeoutSeconds: 0.1 }), "ns/n", configMap()), {
      message: "'n' timed out waiting to be deleted after 0.1 s: held by the finalizers example.com/keep",
    });
    assert.deepEqual(asked.find(({ line }) => line.startsWith("DELETE"))?.body, {
      propagationPolicy: "Foreground",
    });
  });

  it("gives back a patch's fields and leaves the object", async () => {
    answers["GET /api/v1/namespaces/ns/configmaps/n"] = () => [200, configMap({ uid: "u" })];
    answers["PATCH /api/v1/namespaces/ns/configmaps/n"] = () => [200, configMap()];
    const state = { ...configMap(), __fieldManager: "mine" };
    await resource("kubernetes:core/v1:ConfigMapPatch").delete(context(), "ns/n", state);
    assert.deepEqual(lines().slice(-2), [
      "GET /api/v1/namespaces/ns/configmaps/n",
      "PATCH /api/v1/namespaces/ns/configmaps/n",
    ]);
    assert.deepEqual(asked.at(-1)?.body, configMap());
  });
});
