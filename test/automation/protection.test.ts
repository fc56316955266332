import assert from "node:assert/strict";
import { protectedResources, protectedTenants } from "../../automation/engine/protection";

describe("what may not be deleted", () => {
  const exported = (deployment: unknown) => protectedResources({ version: 3, deployment });
  it("is every resource that is protected", () => {
    const resources = [
      { urn: "a", type: "t", protect: true },
      { urn: "b", type: "t", protect: false },
      { urn: "c", type: "t" },
    ];
    assert.deepEqual(exported({ resources }), ["a"]);
  });
  it("is nothing in a stack that holds nothing", () => assert.deepEqual(exported({ manifest: {} }), []));
  it("is not guessed from a deployment that cannot be read", () => {
    assert.throws(() => exported({ resources: [{ type: "t", protect: true }] }), { name: "ZodError" });
  });
  it("belongs to the tenant at the root of its parents", () => {
    const tenant = (name: string) => ({ urn: `u::p::t::${name}`, type: "tenantry:index:Tenant" });
    const resources = [
      tenant("beta"),
      tenant("acme"),
      tenant("open"),
      { urn: "v", type: "tenantry:index:Vault", parent: "u::p::t::acme" },
      { urn: "kv", type: "vault:index/mount:Mount", parent: "v", protect: true },
      { urn: "ns", type: "vault:index/namespace:Namespace", parent: "v", protect: true },
      { urn: "key", type: "aws:kms/key:Key", parent: "u::p::t::beta", protect: true },
      { urn: "shared", type: "aws:s3/bucket:Bucket", protect: true },
    ];
    assert.deepEqual(protectedTenants({ version: 3, deployment: { resources } }), ["acme", "beta"]);
  });
});
