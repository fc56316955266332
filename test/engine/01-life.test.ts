/** The life of a tenant list on the real engine and the real servers: up, no-op, add, change, remove (R86, R103). */

import assert from "node:assert/strict";
import { preview, up, type RunResult } from "../../automation/engine/run";
import type { Counts } from "../../automation/engine/changes";
import { ask, becomeProvisioner, LIST, run, sandbox } from "./fixture";

const UNCHANGED = (counts: Counts) =>
  Object.keys(counts).every((operation) => operation === "same" || operation === "read");

/** Tenants with anything but `same`. */
function touched({ tenants }: RunResult): string[] {
  return Object.entries(tenants)
    .filter(([, counts]) => !UNCHANGED(counts))
    .map(([name]) => name)
    .sort();
}

/** Every object of a namespace that carries a resourceVersion of its own, by kind and name. */
async function versions(tenant: string): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const path of [
    "/api/v1/namespaces/tenant-X/limitranges",
    "/api/v1/namespaces/tenant-X/serviceaccounts",
    "/apis/networking.k8s.io/v1/namespaces/tenant-X/networkpolicies",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-X/rolebindings",
  ]) {
    const { body } = await ask("GET", path.replace("X", tenant));
    for (const { metadata } of body["items"] as { metadata: { name: string; resourceVersion: string } }[]) {
      result[`${path} ${metadata.name}`] = metadata.resourceVersion;
    }
  }
  return result;
}

/** Where nobody has changed anything by hand. */
const quick = () => ({ ...run(), refresh: false });

describe("the life of the sample list", () => {
  const NEW = {
    name: "newcomer",
    id: "3c9a6e0f-2b1d-4f5a-8c7e-6d5b4a392817",
    owners: ["nina@newcomer.example"],
  };

  it("asks for the platform first", async () => {
    await assert.rejects(
      preview(run()),
      /unknown stack "organization\/tenantry\/platform".*pulumi up --stack platform/s,
    );
  });

  it("brings the platform up, and again with no change", async () => {
    await up(run("platform"));
    assert.deepEqual(touched(await up(run("platform"))), []);
    await becomeProvisioner();
  });

  it("previews the whole list and changes nothing", async () => {
    const { tenants } = await preview(run());
    assert.deepEqual(
      Object.keys(tenants)
        .filter((name) => name !== "(shared)")
        .sort(),
      sandbox().project.tenants(LIST).sort(),
    );
    for (const [name, counts] of Object.entries(tenants).filter(([tenant]) => tenant !== "(shared)")) {
      assert.ok((counts.create ?? 0) >= 35, `${name}: ${JSON.stringify(counts)}`);
      assert.deepEqual(Object.keys(counts), ["create"], name);
    }
    const { body } = await ask("GET", "/api/v1/namespaces?labelSelector=tenantry.dev/list");
    assert.deepEqual(body["items"], []);
  });

  it("makes it true, and reads back every guardrail", async () => {
    const { outputs } = await up(run());
    const { guardrails } = outputs["verified"]?.value as { guardrails: number };
    assert.ok(guardrails >= 20 * sandbox().project.tenants(LIST).length, `${guardrails} guardrails`);
    const { body } = await ask("GET", "/api/v1/namespaces?labelSelector=tenantry.dev/list=sample");
    const environments = 1;
    assert.equal((body["items"] as unknown[]).length, sandbox().project.tenants(LIST).length + environments);
  });

  it("changes nothing when run again", async () => {
    assert.deepEqual(touched(await up(quick())), []);
  });

  it("changes nothing when live resources are read first", async () => {
    assert.deepEqual(touched(await up(run())), []);
  });

  it("adds a tenant and touches no other", async () => {
    const before = await versions("acme");
    sandbox().project.write(LIST, NEW.name, NEW);
    const result = await up(run());
    assert.deepEqual(touched(result), [NEW.name]);
    assert.deepEqual(await versions("acme"), before);
  });

  it("changes one tenant's quota in place and touches no other", async () => {
    sandbox().project.change(LIST, NEW.name, { quota: { pods: 7 } });
    const result = await up(quick());
    assert.deepEqual(touched(result), [NEW.name]);
    assert.equal(result.tenants[NEW.name]?.update, 1, JSON.stringify(result.tenants[NEW.name]));
    assert.equal(result.tenants[NEW.name]?.replace, undefined);
    const { body } = await ask("GET", "/api/v1/namespaces/tenant-newcomer/resourcequotas/tenant-quota");
    assert.equal((body["spec"] as { hard: Record<string, string> }).hard["pods"], "7");
  });

  it("takes away what a file no longer gives, in one run", async () => {
    const { project } = sandbox();
    const paths = [
      "/apis/networking.k8s.io/v1/namespaces/tenant-newcomer/networkpolicies/allow-egress",
      "/apis/cilium.io/v2/namespaces/tenant-newcomer/ciliumnetworkpolicies/allow-names",
      "/apis/gateway.networking.k8s.io/v1/namespaces/tenant-gateway/listenersets/tenant-newcomer",
    ];
    const statuses = () => Promise.all(paths.map(async (path) => (await ask("GET", path)).status));
    const developers = async () => {
      const path = "/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-newcomer/rolebindings/tenant-dev";
      const { body } = await ask("GET", path);
      return (body["subjects"] as { name: string }[]).map(({ name }) => name);
    };
    const ports = [{ port: 443 }];
    project.change(LIST, NEW.name, {
      access: { dev: { groups: ["newcomer-devs"] } },
      network: {
        egress: [
          { cidr: "198.51.100.0/24", ports },
          { host: "api.newcomer.example", ports },
        ],
        ingress: { hosts: ["newcomer.example"] },
      },
    });
    await up(quick());
    assert.deepEqual(await statuses(), [200, 200, 200]);
    assert.deepEqual(await developers(), ["newcomer-devs", "tenant-dev"]);
    project.write(LIST, NEW.name, NEW);
    assert.deepEqual(touched(await up(quick())), [NEW.name]);
    assert.deepEqual(await statuses(), [404, 404, 404]);
    assert.deepEqual(await developers(), ["tenant-dev"]);
  });

  it("refuses to remove a protected tenant, while it plans", async () => {
    sandbox().project.change(LIST, NEW.name, { lifecycle: { deletionProtection: true } });
    await up(quick());
    const text = sandbox().project.take(LIST, NEW.name);
    await assert.rejects(
      up(quick()),
      /no file declares newcomer any more, but protected resources stand; nothing was changed/,
    );
    assert.equal(
      (await ask("GET", "/api/v1/namespaces/tenant-newcomer/resourcequotas/tenant-quota")).status,
      200,
    );
    sandbox().project.restore(LIST, NEW.name, text);
    sandbox().project.change(LIST, NEW.name, { lifecycle: { deletionProtection: false } });
    await up(quick());
  });

  it("removes a tenant with its file and touches no other", async () => {
    const before = await versions("acme");
    sandbox().project.take(LIST, NEW.name);
    assert.deepEqual(touched(await up({ ...run(), approve: ["newcomer/*"] })), [NEW.name]);
    assert.equal((await ask("GET", "/api/v1/namespaces/tenant-newcomer")).status, 404);
    assert.equal((await ask("GET", "/apis/storage.k8s.io/v1/storageclasses/tenant-newcomer")).status, 404);
    assert.deepEqual(await versions("acme"), before);
  });
});
