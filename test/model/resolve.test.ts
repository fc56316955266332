/** From file to tenant: the tier fills the gaps, the same way however the file is laid out; and the platform's config. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { InputFaults } from "../../model/fault";
import { readPlatform } from "../../model/platform";
import { tierNames, tiers } from "../../model/tiers";
import { accepted as read, tenantText } from "./minimum";

const everything = tenantText(`tier: sensitive
access: { admin: { groups: [a, b] }, view: { users: [u] } }
quota: { cpu: 6, memory: 24Gi, pods: 80 }
network: { egress: [{ cidr: 203.0.113.0/24, except: [203.0.113.8/29], ports: [{ port: 443 }] }] }
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
      assert.deepEqual(tenant.namespaces, [{ name: "tenant-acme", key: "acme" }]);
      assert.deepEqual(tenant.secrets, { tokenTtl: 1200, tokenMaxTtl: 3600, boundCidrs: [] });
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

describe("the platform's config", () => {
  const config = {
    cluster: {
      name: "test",
      reservedCidrs: ["10.0.0.0/16"],
      serviceAccountIssuer: "https://oidc.example/id",
    },
    aws: {
      accountId: "123456789012",
      region: "eu-central-1",
      backupBucket: "backups",
      ebsCsiRole: "ebs-csi",
    },
  };
  const faultsOf = (value: unknown): string[] => {
    try {
      readPlatform(value);
    } catch (error) {
      assert.ok(error instanceof InputFaults, String(error));
      return error.faults.map(({ path, message }) => `${path.replace("tenantry:platform.", "")}: ${message}`);
    }
    return [];
  };

  it("is filled with the defaults", () => {
    const { cluster, aws } = readPlatform(config);
    assert.deepEqual(cluster.dns, { namespace: "kube-system", podLabels: { "k8s-app": "kube-dns" } });
    assert.deepEqual([cluster.podSecurityVersion, aws.partition], ["v1.36", "aws"]);
  });

  for (const [part, field, value, message] of [
    ["aws", "accountId", 123456789012, "123456789012 is a number; put it in quotes to make it text"],
    ["aws", "accountId", "111", '"111" is not an account id of twelve digits; quote it'],
    ["aws", "region", "Europe", '"Europe" is not a region, such as eu-central-1'],
    [
      "aws",
      "backupBucket",
      "My_Bucket",
      '"My_Bucket" is not a bucket name of lower-case letters, digits and hyphens',
    ],
    [
      "aws",
      "backupBucket",
      "b-s3alias",
      '"b-s3alias" is not a bucket name of lower-case letters, digits and hyphens',
    ],
    [
      "aws",
      "backupBucket",
      "192.168.0.1",
      '"192.168.0.1" is not a bucket name of lower-case letters, digits and hyphens',
    ],
    ["aws", "ebsCsiRole", "r".repeat(65), `"${"r".repeat(59)}… has 65 characters; write at most 64`],
    [
      "cluster",
      "podSecurityVersion",
      "latest",
      '"latest" is not v1.34 or later; older versions let probes reach other hosts',
    ],
    [
      "cluster",
      "podSecurityVersion",
      "v1.33",
      '"v1.33" is not v1.34 or later; older versions let probes reach other hosts',
    ],
    [
      "cluster",
      "serviceAccountIssuer",
      "https://oidc.example/",
      '"https://oidc.example/" is not an https URL without a closing slash',
    ],
    [
      "cluster",
      "serviceAccountIssuer",
      "http://oidc.example",
      '"http://oidc.example" is not an https URL without a closing slash',
    ],
    ["cluster", "name", "Test", '"Test" is not a DNS label'],
    ["cluster", "name", undefined, "is missing; write it"],
    [
      "cluster",
      "reservedCidrs",
      [],
      "lists nothing; list at least 1, or leave the field out where it may be",
    ],
  ] as const) {
    it(`refuses ${field} ${JSON.stringify(value)}`, () => {
      const changed = { ...config, [part]: { ...config[part], [field]: value } };
      assert.deepEqual(faultsOf(changed), [`${part}.${field}: ${message}`]);
    });
  }

  it("reports every fault, and what is no field", () => {
    const faults = faultsOf({ ...config, aws: { ...config.aws, region: "x", zone: 1 } });
    assert.equal(faults.length, 2);
    assert.match(faults.join("\n"), /aws\.zone: is no field here; take it out/);
    assert.equal(faultsOf(undefined).length, 1);
  });
});
