/** One definition, four forms: the checks, the committed JSON Schema, the template and the reference agree. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { parse, stringify } from "yaml";
import { againstPlatform } from "../../model/against-platform";
import { readTenantDocument } from "../../model/read";
import { tenantJsonSchema } from "../../model/schema";
import { tenantSchema } from "../../model/tenant";
import { equipped } from "../components/fixtures";
import { accepted, tenantText } from "./minimum";

const ROOT = path.join(__dirname, "..", "..");
const read = (...names: string[]) => fs.readFileSync(path.join(ROOT, ...names), "utf8");
const samples = fs.readdirSync(path.join(ROOT, "tenants", "sample"));

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly description?: string;
  readonly default?: unknown;
}

/** Every field with its path, whether others are in it or not. */
function fields({ properties = {}, items }: Schema, at = ""): [path: string, field: Schema][] {
  const own = Object.entries(properties).flatMap(([name, inner]): [string, Schema][] => [
    [at + name, inner],
    ...fields(inner, `${at}${name}.`),
  ]);
  return items === undefined ? own : [...own, ...fields(items, at)];
}

/** Paths of all fields that hold no further field, as the reference writes them. */
function leaves({ properties, items }: Schema, at: string): string[] {
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, inner]) =>
      leaves(inner, at === "" ? name : `${at}.${name}`),
    );
  }
  return items === undefined ? [at] : leaves(items, `${at}[]`);
}

/** The same of a document. */
function written(value: unknown, at: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => written(item, `${at}[]`));
  }
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => written(inner, at === "" ? name : `${at}.${name}`))
    : [at];
}

/** Fields that are refused until a release makes them real. */
const LATER = ["gitops"];

/** A bare date is no text to every reader. */
const QUOTED = { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" } as const;

/** What the template shows behind `# `, for other tiers or engines: whole fields, block by block. */
function alternatives(text: string): Record<string, unknown>[] {
  const names = Object.keys(tenantSchema.shape).join("|");
  const blocks = text.match(new RegExp(`(^# ((${names}):|  \\w).*\\n)+`, "gm")) ?? [];
  return blocks.map((block) => parse(block.replace(/^# /gm, "")) as Record<string, unknown>);
}

describe("the schema of a tenant file", () => {
  const schema = JSON.parse(tenantJsonSchema()) as Schema;
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats(ajv);
  const validate = ajv.compile(schema);

  it("is committed as it is made", () => {
    assert.equal(read("tenants", "tenant.schema.json"), tenantJsonSchema(), "run: npm run schema");
  });

  it("has an address, and a sentence on every field", () => {
    assert.equal((schema as { $id?: string }).$id, "https://tenantry.dev/schema/tenant.json");
    const all = fields(schema);
    assert.ok(all.length > 80, `${all.length} fields`);
    assert.deepEqual(
      all.filter(([, { description = "" }]) => !/^[A-Z].*\.$/.test(description)).map(([at]) => at),
      [],
    );
  });

  it("shows the defaults that hold for every tenant, and those are what the reader fills in", () => {
    const defaults = new Map(
      fields(schema)
        .filter(([, field]) => field.default !== undefined)
        .map(([at, field]) => [at, field.default]),
    );
    assert.deepEqual(Object.fromEntries(defaults), {
      tier: "standard",
      "network.egress.ports.protocol": "TCP",
      "storage.volumeType": "gp3",
      "storage.reclaimPolicy": "Delete",
      "secrets.engine": "vault",
      "secrets.tokenMaxTtl": "1h",
      allowRoot: false,
      mesh: false,
      "lifecycle.state": "active",
      "lifecycle.legalHold": false,
    });
    const rule = "network: { egress: [{ cidr: 203.0.113.0/24, ports: [{ port: 443 }] }] }";
    const { tier, storage, secrets, network } = accepted(tenantText(rule));
    assert.equal(tier, defaults.get("tier"));
    assert.equal(storage.volumeType, defaults.get("storage.volumeType"));
    assert.equal(storage.reclaimPolicy, defaults.get("storage.reclaimPolicy"));
    assert.equal(secrets.tokenMaxTtl, 3600);
    assert.equal(network.egress[0]?.ports[0]?.protocol, defaults.get("network.egress.ports.protocol"));
  });

  it("accepts every sample tenant and the template", () => {
    assert.ok(samples.length >= 6);
    for (const text of [
      ...samples.map((file) => read("tenants", "sample", file)),
      read("tenants", "template.yaml"),
    ]) {
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
    }
  });

  for (const field of [
    "name: Acme",
    "name: a.b",
    `name: ${"a".repeat(43)}`,
    "id: 5F0C1D3E-8A4B-4C6D-9E2F-1A2B3C4D5E6F",
    "owners: []",
    "owners: [alice]",
    "tier: gold",
    "qouta: { cpu: 8 }",
    "quota: { cpus: 8 }",
    "quota: { pods: 2.5 }",
    "quota: { pods: 3001 }",
    "access: { owner: { groups: [a] } }",
    "access: { admin: { groups: [] } }",
    'access: { admin: { groups: ["a b"] } }',
    "network: { egress: [{ cidr: 203.0.113.0/24 }] }",
    "network: { egress: [{ cidr: 203.0.113.0/24, ports: [{ port: 0 }] }] }",
    "encryption: { deletionWindowDays: 6 }",
    "secrets: { tokenTtl: 0s }",
    "backup: { retentionDays: 0 }",
    "storage: { volumeType: gp2 }",
    'lifecycle: { deletionProtection: "true" }',
    "lifecycle: { state: gone }",
    'lifecycle: { state: retained, retainUntil: "31.01.2027" }',
    'lifecycle: { state: retained, retainUntil: "2027-02-29" }',
    "lifecycle: { retentionDays: 3651 }",
    'displayName: "a\\nb"',
    "environments: [{ share: 50 }]",
    "environments: [{ name: abcdefghijklm }]",
    "environments: [{ name: dev, share: 0 }]",
    'network: { egress: [{ host: "*.com", ports: [{ port: 443 }] }] }',
    "network: { ingress: { hosts: [Shop.acme.example] } }",
    "network: { ingress: {} }",
    "network: { podCidr: [10.128.0.0/24] }",
    "secrets: { engine: aws }",
    "secrets: { engine: aws-secrets-manager, names: [../app] }",
    "placement: { pool: mine }",
    "runtimeClass: runsc",
    'allowRoot: "true"',
  ]) {
    it(`refuses, as the reader does, ${field}`, () => {
      const value: unknown = parse(tenantText(field));
      assert.equal(tenantSchema.safeParse(value).success, false);
      assert.equal(validate(value), false);
    });
  }

  it("the template is a legal tenant, and shows every field that is available", () => {
    const text = read("tenants", "template.yaml");
    assert.ok(text.startsWith("# yaml-language-server: $schema=tenant.schema.json\n"));
    const file = "tenants/test/example.yaml";
    assert.equal(accepted(text, file).name, "example");
    const tenant = parse(text) as object;
    const others = alternatives(text);
    assert.deepEqual(
      others.map((fields) => Object.keys(fields)),
      [["tier", "runtimeClass"], ["secrets"], ["lifecycle"]],
    );
    for (const fields of others) {
      assert.equal(accepted(stringify({ ...tenant, ...fields }, QUOTED), file).name, "example");
    }
    const shown = new Set([tenant, ...others].flatMap((value) => written(value, "")));
    const absent = leaves(schema, "").filter((field) => !shown.has(field));
    assert.deepEqual(
      absent.filter((field) => !LATER.some((later) => field.startsWith(later))),
      [],
    );
    // A cluster that is set up for everything refuses nothing of it.
    const whole = readTenantDocument(Buffer.from(text), file, "test");
    assert.ok(!Array.isArray(whole));
    assert.deepEqual(againstPlatform(whole.spec, whole.tenant, equipped()), []);
  });

  it("the reference names every field", () => {
    const reference = read("docs", "tenant.md");
    const missing = leaves(schema, "").filter(
      (field) =>
        !reference.includes(`\`${field}\``) && !reference.includes(`\`${field.replace(/\[\]$/, "")}\``),
    );
    assert.deepEqual(missing, []);
  });

  it("every sample names the schema that editors complete from", () => {
    for (const file of samples) {
      assert.match(
        read("tenants", "sample", file),
        /^# yaml-language-server: \$schema=\.\.\/tenant\.schema\.json\n/,
      );
    }
  });
});
