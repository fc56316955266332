/** From file to tenant: the tier fills the gaps, the same way however the file is laid out. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { shareOf } from "../../model/quota";
import { tierNames, tiers } from "../../model/tiers";
import { accepted as read, tenantText } from "./minimum";

const everything = tenantText(`tier: sensitive
environments: [{ name: dev, share: 20 }, { name: prod }]
runtimeClass: kata
placement: { pool: dedicated }
allowRoot: true
access: { admin: { groups: [a, b] }, view: { users: [u] } }
quota: { cpu: 6, memory: 24Gi, pods: 80 }
network:
  egress:
    - { cidr: 203.0.113.0/24, except: [203.0.113.8/29], ports: [{ port: 443 }] }
    - { host: "*.example.com", ports: [{ port: 443 }, { port: 53, protocol: UDP }] }
  ingress: { hosts: [shop.acme.example] }
  podCidr: 10.128.0.0/24
secrets: { engine: aws-secrets-manager, names: [database] }
backup: { schedule: "30 1 * * *" }`);

describe("resolving a tenant", () => {
  for (const name of tierNames) {
    it(`fills every gap from the row of tier ${name}`, () => {
      const tenant = read(tenantText(`tier: ${name}`));
      const row = tiers[name];
      assert.deepEqual(tenant.quota, row.quota);
      assert.deepEqual(tenant.containers, row.containers);
      assert.deepEqual(tenant.backup, row.backup);
      assert.equal(tenant.deletionProtection, row.deletionProtection);
      const { retentionDays } = row;
      assert.deepEqual(tenant.lifecycle, { state: "active", legalHold: false, retentionDays });
      assert.deepEqual(tenant.namespaces, [{ name: "tenant-acme", key: "acme", quota: row.quota }]);
      assert.deepEqual(tenant.secrets, {
        engine: "vault",
        names: [],
        tokenTtl: 1200,
        tokenMaxTtl: 3600,
        boundCidrs: [],
      });
      assert.deepEqual(tenant.network, { egress: [], names: [], hosts: [] });
      assert.deepEqual(tenant.pool, { name, own: row.pool === "dedicated" });
      assert.deepEqual([tenant.runtime, tenant.podSecurity], [undefined, "restricted"]);
    });
  }

  it("lets limits follow requests upwards, and a token's life its maximum downwards", () => {
    const { quota } = read(tenantText("quota: { cpu: 32, memory: 20Gi }"));
    assert.deepEqual([quota.cpuLimit, quota.memoryLimit], ["32", "20Gi"]);
    assert.equal(read(tenantText("secrets: { tokenMaxTtl: 10m }")).secrets.tokenTtl, 600);
  });

  it("gives nobody access who is not named, and no way out that is not listed", () => {
    const tenant = read(tenantText());
    const nobody = { groups: [], users: [] };
    assert.deepEqual(tenant.access, { admin: nobody, dev: nobody, view: nobody });
    assert.deepEqual(tenant.network.egress, []);
  });

  it("makes a namespace of each environment, with its share of the quota", () => {
    const { namespaces, quota } = read(
      tenantText("environments: [{ name: dev, share: 30 }, { name: qa }, { name: prod, share: 45 }]"),
    );
    assert.deepEqual(namespaces, [
      { name: "tenant-acme--dev", key: "acme--dev", environment: "dev", quota: shareOf(quota, 30) },
      { name: "tenant-acme--qa", key: "acme--qa", environment: "qa", quota: shareOf(quota, 25) },
      { name: "tenant-acme--prod", key: "acme--prod", environment: "prod", quota: shareOf(quota, 45) },
    ]);
    assert.deepEqual(read(tenantText("environments: []")).namespaces, read(tenantText()).namespaces);
  });

  it("splits the quota that the file gives, and the limits that follow it", () => {
    const { namespaces } = read(
      tenantText("quota: { cpu: 32, pods: 99 }\nenvironments: [{ name: dev }, { name: prod }]"),
    );
    assert.deepEqual(
      namespaces.map(({ quota }) => [quota.cpu, quota.cpuLimit, quota.pods]),
      [
        ["16", "16", 49],
        ["16", "16", 49],
      ],
    );
  });

  it("keeps egress by name apart from egress by network, in order", () => {
    const port = (number: number) => `ports: [{ port: ${number} }]`;
    const { network } = read(
      tenantText(
        `network: { egress: [{ host: a.example, ${port(1)} }, { cidr: 203.0.113.0/24, ${port(2)} }, { host: "*.b.example", ports: [{ port: 3, endPort: 4, protocol: UDP }], description: why }] }`,
      ),
    );
    assert.deepEqual(network, {
      egress: [{ cidr: "203.0.113.0/24", except: [], ports: [{ port: 2, protocol: "TCP" }] }],
      names: [
        { host: "a.example", ports: [{ port: 1, protocol: "TCP" }] },
        { host: "*.b.example", ports: [{ port: 3, endPort: 4, protocol: "UDP" }] },
      ],
      hosts: [],
    });
  });

  it("takes hosts and pod addresses as they are", () => {
    const { network } = read(
      tenantText("network: { ingress: { hosts: [b.example, a.example] }, podCidr: 10.128.0.0/24 }"),
    );
    assert.deepEqual([network.hosts, network.podCidr], [["b.example", "a.example"], "10.128.0.0/24"]);
    assert.ok(!("podCidr" in read(tenantText()).network));
  });

  for (const [fields, pool] of [
    ["tier: standard", { name: "standard", own: false }],
    ["tier: sensitive", { name: "sensitive", own: false }],
    ["tier: sensitive\nplacement: { pool: shared }", { name: "sensitive", own: false }],
    ["tier: standard\nplacement: { pool: dedicated }", { name: "dedicated", own: true }],
    ["tier: sensitive\nplacement: { pool: dedicated }", { name: "dedicated", own: true }],
    ["tier: dedicated", { name: "dedicated", own: true }],
    ["tier: dedicated\nplacement: { pool: dedicated }", { name: "dedicated", own: true }],
  ] as const) {
    it(`gives ${fields.replace("\n", ", ")} ${pool.own ? "nodes of its own" : `the nodes of ${pool.name}`}`, () => {
      assert.deepEqual(read(tenantText(fields)).pool, pool);
    });
  }

  it("lowers pod security and takes a runtime where the file says so", () => {
    assert.equal(read(tenantText("allowRoot: true")).podSecurity, "baseline");
    assert.equal(read(tenantText("allowRoot: false")).podSecurity, "restricted");
    assert.equal(read(tenantText("tier: sensitive\nruntimeClass: kata")).runtime, "kata");
    assert.ok(!("runtime" in read(tenantText("tier: sensitive"))));
  });

  it("gives a tenant of AWS Secrets Manager the secrets it names, or one", () => {
    const secrets = (more: string) =>
      read(tenantText(`secrets: { engine: aws-secrets-manager${more} }`)).secrets;
    assert.deepEqual([secrets("").engine, secrets("").names], ["aws-secrets-manager", ["app"]]);
    assert.deepEqual(secrets(", names: [database, payments]").names, ["database", "payments"]);
    assert.deepEqual(read(tenantText("secrets: { engine: vault }")).secrets, read(tenantText()).secrets);
  });

  it("does not depend on the order of fields, nor on how the YAML is written", () => {
    const expected = read(everything);
    const document = parse(everything) as Record<string, unknown>;
    const fields = Object.keys(document);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(fields, { minLength: fields.length }),
        fc.record({
          indent: fc.integer({ min: 1, max: 8 }),
          defaultStringType: fc.constantFrom(
            "QUOTE_DOUBLE" as const,
            "QUOTE_SINGLE" as const,
            "PLAIN" as const,
          ),
          collectionStyle: fc.constantFrom("any" as const, "block" as const, "flow" as const),
          lineWidth: fc.constantFrom(0, 30),
        }),
        (order, style) => {
          const shuffled = Object.fromEntries(order.map((field) => [field, document[field]]));
          assert.deepEqual(read(stringify(shuffled, { ...style, defaultKeyType: "PLAIN" })), expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("gives a tenant that nobody can change", () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    assert.ok(frozen(read(everything)));
  });
});
