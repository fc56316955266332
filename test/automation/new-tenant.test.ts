/** A tenant's file as it begins (R83): what is said of the tenant, in the template's words, and nothing of the example. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { renderTenant } from "../../automation/intake/new-tenant";
import { readTenantDocument } from "../../model/read";
import { tenantSchema } from "../../model/tenant";

const TEMPLATE = fs.readFileSync(path.join(__dirname, "..", "..", "tenants", "template.yaml"), "utf8");
const OWNERS = ["alice@acme.example"];

describe("a new tenant's file", () => {
  it("is a legal tenant of every default, once it has a name and owners", () => {
    const read = readTenantDocument(
      Buffer.from(renderTenant({ name: "acme", owners: OWNERS })),
      "acme.yaml",
      "x",
    );
    assert.ok(!Array.isArray(read), JSON.stringify(read));
    assert.deepEqual(Object.keys(read.spec), ["name", "id", "owners"]);
  });

  it("asks for nothing but what has no default", () => {
    const required = Object.entries(tenantSchema.shape).flatMap(([field, schema]) =>
      schema.safeParse(undefined).success ? [] : [field],
    );
    assert.deepEqual(required, ["name", "id", "owners"]);
  });

  it("has an id of its own each time, or the one that is given", () => {
    const idOf = (id?: string) =>
      (parse(renderTenant({ name: "acme", id, owners: OWNERS })) as { id: string }).id;
    assert.notEqual(idOf(), idOf());
    const id = "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";
    assert.equal(idOf(id), id);
  });

  it("keeps the template's comment on each field that is said, and no field that is not", () => {
    const text = renderTenant({
      name: "acme",
      owners: OWNERS,
      tier: "sensitive",
      quota: { cpu: "6", pods: 80 },
    });
    for (const field of ["name", "id", "owners", "tier", "quota"]) {
      const [block = ""] = new RegExp(`^(#.*\\n)+${field}:`, "m").exec(TEMPLATE) ?? [];
      assert.match(block, /^#/, field);
      assert.ok(text.includes(block), block);
    }
    assert.deepEqual(Object.keys(parse(text) as object), ["name", "id", "owners", "tier", "quota"]);
  });

  it("puts in quotes what some readers do not take for text", () => {
    const text = renderTenant({
      name: "acme",
      owners: OWNERS,
      displayName: "no",
      contacts: { costCenter: "2026-11-23" },
    });
    const read = readTenantDocument(Buffer.from(text), "acme.yaml", "x");
    assert.ok(!Array.isArray(read), JSON.stringify(read));
    assert.deepEqual([read.spec.displayName, read.spec.contacts?.costCenter], ["no", "2026-11-23"]);
  });

  it("writes out every legal field, as it is in the template", () => {
    const { id: _, ...said } = tenantSchema.parse(parse(TEMPLATE));
    const text = renderTenant(said);
    assert.deepEqual(
      tenantSchema.parse({ ...(parse(text) as object), id: _ }),
      tenantSchema.parse(parse(TEMPLATE)),
    );
  });
});
