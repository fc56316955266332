import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isUnknown, PartialFailure, Secret } from "../../sandbox/plugins/protocol";
import type { CallContext, Resource } from "../../sandbox/plugins/protocol";
import { checkInputs } from "../../sandbox/plugins/schema/check";
import { difference } from "../../sandbox/plugins/schema/difference";
import type { Schema } from "../../sandbox/plugins/schema/property";
import { APPROLE_SCHEMA } from "../../sandbox/plugins/vault/approle-role";
import { approleSecretId, SECRET_ID_SCHEMA } from "../../sandbox/plugins/vault/approle-secret-id";
import { AUTH_BACKEND_SCHEMA } from "../../sandbox/plugins/vault/auth-backend";
import { joinNamespaces, VaultClient } from "../../sandbox/plugins/vault/client";
import { seconds } from "../../sandbox/plugins/vault/duration";
import { refused, VaultError } from "../../sandbox/plugins/vault/errors";
import { kvSecret, SECRET_V2_SCHEMA } from "../../sandbox/plugins/vault/kv-secret";
import { MOUNT_SCHEMA } from "../../sandbox/plugins/vault/mount";
import { namespace, NAMESPACE_SCHEMA } from "../../sandbox/plugins/vault/namespace";
import { POLICY_SCHEMA } from "../../sandbox/plugins/vault/policy";
import { changedFields, createFields, liveFields } from "../../sandbox/plugins/vault/role-fields";

const URN = "urn:pulumi:s::p::vault:index/namespace:Namespace::acme";
const context = (preview = false): CallContext => ({
  urn: URN,
  preview,
  timeoutSeconds: 0,
  signal: new AbortController().signal,
});

describe("vault plugin: what a change does", () => {
  const rows: [string, Schema, string, unknown, unknown, "replace" | "update"][] = [
    ["a namespace's path", NAMESPACE_SCHEMA, "path", "a", "b", "replace"],
    ["a namespace's metadata", NAMESPACE_SCHEMA, "customMetadata", { a: "1" }, { a: "2" }, "update"],
    ["a mount's path", MOUNT_SCHEMA, "path", "kv", "kv2", "update"],
    ["a mount's type", MOUNT_SCHEMA, "type", "kv", "pki", "replace"],
    ["a mount's namespace", MOUNT_SCHEMA, "namespace", "a", "b", "replace"],
    ["a policy's name", POLICY_SCHEMA, "name", "a", "b", "replace"],
    ["a policy's text", POLICY_SCHEMA, "policy", "a", "b", "update"],
    ["an auth method's type", AUTH_BACKEND_SCHEMA, "type", "approle", "jwt", "replace"],
    ["a role's backend", APPROLE_SCHEMA, "backend", "a", "b", "replace"],
    ["a role's policies", APPROLE_SCHEMA, "tokenPolicies", ["a"], ["b"], "update"],
    ["a secret id's uses", SECRET_ID_SCHEMA, "numUses", 1, 2, "replace"],
    ["a secret's mount", SECRET_V2_SCHEMA, "mount", "a", "b", "replace"],
    ["a secret's data", SECRET_V2_SCHEMA, "dataJson", '{"a":1}', '{"a":2}', "update"],
  ];
  for (const [what, schema, key, old, wanted, effect] of rows) {
    it(`${effect}s for ${what}`, () => {
      const result = difference(schema, { [key]: old }, { [key]: wanted });
      assert.deepEqual([...result.changed], [key]);
      assert.deepEqual(result.replaces, effect === "replace" ? [key] : []);
    });
  }

  it("does not mind the order of policies nor the spelling of JSON", () => {
    assert.equal(
      difference(APPROLE_SCHEMA, { tokenPolicies: ["a", "b"] }, { tokenPolicies: ["b", "a"] }).changed.size,
      0,
    );
    assert.equal(
      difference(SECRET_V2_SCHEMA, { dataJson: '{"a":1}' }, { dataJson: '{ "a": 1 }' }).changed.size,
      0,
    );
  });
});

describe("vault plugin: check", () => {
  it("refuses slashes at the ends of a path", () => {
    const { failures } = checkInputs(NAMESPACE_SCHEMA, URN, {}, { path: "/a/" });
    assert.match(
      failures[0]?.reason ?? "",
      /^value "\/a\/" must not contain leading and\/or trailing slashes\./,
    );
  });

  it("does not repeat a secret that is not JSON", () => {
    const { failures } = checkInputs(
      SECRET_V2_SCHEMA,
      URN,
      {},
      { mount: "kv", name: "n", dataJson: "hunter2" },
    );
    assert.equal(failures.length, 1);
    assert.equal(failures[0]?.reason.includes("hunter2"), false);
  });

  it("trims the backend's path", () => {
    const { inputs } = checkInputs(APPROLE_SCHEMA, URN, {}, { backend: "approle/", roleName: "r" });
    assert.equal(inputs["backend"], "approle");
  });
});

describe("vault plugin: role settings", () => {
  const schema: Schema = {
    tokenTtl: { type: "number" },
    tokenPolicies: { type: "set" },
    bindSecretId: { type: "boolean", default: true },
  };

  it("sends what is given, under the server's names", () => {
    assert.deepEqual(createFields(schema, { tokenTtl: 5, bindSecretId: false }), {
      token_ttl: 5,
      bind_secret_id: false,
    });
  });

  it("sets back to empty what was taken away", () => {
    const changed = new Set(["tokenTtl", "tokenPolicies"]);
    assert.deepEqual(changedFields(schema, {}, changed), { token_ttl: 0, token_policies: [] });
  });

  it("keeps as recorded what this server does not know", () => {
    const live = liveFields(schema, { token_ttl: 7, token_policies: null }, { bindSecretId: true });
    assert.deepEqual(live, { tokenTtl: 7, tokenPolicies: [], bindSecretId: true });
  });
});

describe("vault plugin: errors", () => {
  it("read as the Go client's", () => {
    const error = new VaultError("PUT", "http://127.0.0.1:8200/v1/sys/namespaces/a", "parent", 403, [
      "permission denied",
    ]);
    assert.equal(
      error.message,
      "Error making API request.\n\nNamespace: parent\nURL: PUT http://127.0.0.1:8200/v1/sys/namespaces/a\nCode: 403. Errors:\n\n* permission denied",
    );
    assert.equal(refused(new Error("error writing to Vault", { cause: error }), 403, /permission/), true);
    assert.equal(refused(error, 400), false);
  });
});

describe("vault plugin: names and durations", () => {
  it("puts a resource's namespace under the provider's", () => {
    assert.equal(joinNamespaces("/platform/", "tenant-a/"), "platform/tenant-a");
    assert.equal(joinNamespaces("", undefined), "");
  });

  it("reads durations", () => {
    assert.deepEqual(["1h30m", "300s", "60", 5].map(seconds), [5400, 300, 60, 5]);
    assert.equal(Number.isNaN(seconds("soon")), true);
  });
});

describe("vault plugin: calls", () => {
  let server: Server;
  let requests: string[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  before((done) => {
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      request.resume();
      request.on("end", () => answer(request, response));
    }).listen(0, "127.0.0.1", done);
  });
  after((done) => {
    server.closeAllConnections();
    server.close(() => done());
  });
  beforeEach(() => {
    requests = [];
  });

  const client = (maxRetries = 0): VaultClient =>
    new VaultClient({
      address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: "t",
      namespace: "",
      skipTlsVerify: false,
      maxRetries,
    });
  const reply = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

  it("previews without a call, the server's part unknown", async () => {
    const { id, state } = await namespace(client()).create(context(true), { path: "a" });
    assert.deepEqual(requests, []);
    assert.equal(id, "");
    assert.equal(state["path"], "a");
    assert.equal(isUnknown(state["namespaceId"]), true);
  });

  it("waits until a deleted namespace is gone", async () => {
    let reads = 0;
    answer = (request, response) => {
      if (request.method === "DELETE") return reply(response, 200, { data: { status: "in-progress" } });
      return ++reads < 2
        ? reply(response, 200, { data: { tainted: true, path: "a/" } })
        : reply(response, 404, { errors: [] });
    };
    await namespace(client()).delete(context(), "a/", { path: "a" });
    assert.deepEqual(requests, [
      "DELETE /v1/sys/namespaces/a",
      "GET /v1/sys/namespaces/a",
      "GET /v1/sys/namespaces/a",
    ]);
  });

  it("takes a tainted namespace for gone", async () => {
    answer = (_request, response) => reply(response, 200, { data: { tainted: true, path: "a/", id: "x" } });
    assert.equal(await namespace(client()).read(context(), "a/", {}, { path: "a" }), undefined);
  });

  it("writes again while a fresh mount is being upgraded", async () => {
    let writes = 0;
    answer = (request, response) => {
      if (request.method === "PUT" && ++writes === 1) {
        return reply(response, 400, {
          errors: ["Upgrading from non-versioned to versioned data. This backend will be unavailable"],
        });
      }
      return reply(response, 200, { data: { metadata: { version: 1 } } });
    };
    await kvSecret(client()).create(context(), { mount: "kv", name: "n", dataJson: '{"a":"hunter2"}' });
    assert.equal(requests.filter((request) => request === "PUT /v1/kv/data/n").length, 2);
  });

  it("hands over wrapped secret ids as secrets and revokes them by accessor", async () => {
    answer = (_request, response) =>
      reply(response, 200, { wrap_info: { token: "s.wrapped", accessor: "acc" }, data: null });
    const resource: Resource = approleSecretId(client());
    const made = await resource.create(context(), { backend: "approle", roleName: "r", wrappingTtl: "60s" });
    assert.equal(made.id, "backend=approle::role=r::accessor=wrapped-acc");
    const token = made.state["wrappingToken"];
    assert.ok(token instanceof Secret);
    assert.equal(token.value, "s.wrapped");
    requests = [];
    await resource.delete(context(), made.id, {});
    assert.deepEqual(requests, ["PUT /v1/auth/token/revoke-accessor"]);
  });

  it("records what exists when a later step fails", async () => {
    answer = (request, response) =>
      request.url?.includes("/metadata/") && request.method === "PUT"
        ? reply(response, 403, { errors: ["permission denied"] })
        : reply(response, 200, { data: { metadata: {} } });
    const inputs = { mount: "kv", name: "n", dataJson: "{}", customMetadata: { maxVersions: 2 } };
    await assert.rejects(kvSecret(client()).create(context(), inputs), (error: unknown) => {
      assert.ok(error instanceof PartialFailure);
      assert.equal(error.id, "kv/data/n");
      assert.match(error.message, /error writing custom metadata to kv\/metadata\/n: [^]*permission denied/);
      return true;
    });
  });

  it("tries again what a busy server refuses, not what it forbids", async () => {
    let calls = 0;
    answer = (_request, response) =>
      ++calls === 1 ? reply(response, 503, { errors: [] }) : reply(response, 403, { errors: ["no"] });
    await assert.rejects(client(2).send("GET", "sys/mounts"), /Code: 403/);
    assert.equal(calls, 2);
  });
});
