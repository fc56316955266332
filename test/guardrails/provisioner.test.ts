/** What the guard must say; test/engine/06-provisioner-cluster.test.ts shows what it does. */

import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { base64WithId } from "../../guardrails/base64";
import { provisionerGuard } from "../../guardrails/provisioner";
import { provisionedKinds, type GuardedPlatform } from "../../model/provisioner";
import { equipped, platform as plain } from "../components/fixtures";

const calico = equipped({ cni: "calico", adminNetworkPolicy: "AdminNetworkPolicy" });
const karpenter = {
  engine: "karpenter",
  role: "nodes",
  subnetIds: ["subnet-0a1b2c3d"],
  securityGroupIds: ["sg-0a1b2c3d"],
};
const platforms: Record<string, GuardedPlatform> = {
  plain,
  cilium: equipped({}, { nodes: karpenter }),
  calico,
};

/** Kinds that a check is about, by their plural and group. */
function judged(platform: GuardedPlatform): Set<string> {
  const { validations } = provisionerGuard(platform).spec;
  return new Set(
    validations.flatMap(({ expression }) => /variables\.kind == "([^"]+)"/.exec(expression)?.[1] ?? []),
  );
}

const spelt = (kinds: readonly { group: string; resource: string }[]) =>
  kinds.map(({ group, resource }) => (group === "" ? resource : `${resource}.${group}`));

describe("the guard of the provisioner", () => {
  for (const [name, platform] of Object.entries(platforms)) {
    const { spec } = provisionerGuard(platform);
    const { cluster, tenants, system } = provisionedKinds(platform);

    it(`sees every write of every kind, on a ${name} platform`, () => {
      assert.deepEqual(spec.matchConstraints, {
        resourceRules: [
          {
            apiGroups: ["*"],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
            resources: ["*/*"],
          },
        ],
      });
      assert.equal(spec.failurePolicy, "Fail");
    });

    it(`binds the ServiceAccount and the group, on a ${name} platform`, () => {
      const [condition, ...more] = spec.matchConditions;
      assert.deepEqual(more, []);
      assert.match(condition?.expression ?? "", /"system:serviceaccount:tenantry-system:provisioner" \|\|/);
      assert.match(condition?.expression ?? "", /"tenantry:provisioners" in request\.userInfo/);
    });

    it(`says of every refusal why, and what to do, on a ${name} platform`, () => {
      for (const { reason, messageExpression } of spec.validations) {
        assert.equal(reason, "Forbidden");
        assert.match(messageExpression, /^variables\.what \+ ": [^;]+(; [^;]+)+"$/);
      }
    });

    it(`judges what objects of each kind outside tenants' namespaces say, on a ${name} platform`, () => {
      const outside = spelt([...cluster, ...Object.values(system).flat()]);
      assert.deepEqual(
        outside.filter((kind) => !judged(platform).has(kind)),
        [],
      );
    });

    it(`judges no kind that tenants do not consist of, on a ${name} platform`, () => {
      const all = spelt([...cluster, ...tenants, ...Object.values(system).flat()]);
      assert.deepEqual(
        [...judged(platform)].filter((kind) => !all.includes(kind)),
        [],
      );
    });

    it(`keeps each kind to its place, on a ${name} platform`, () => {
      const places = spec.validations
        .map(({ expression }) => /variables\.kind in (\{.*\})\[variables\.place\]/.exec(expression)?.[1])
        .find((found) => found !== undefined);
      assert.deepEqual(JSON.parse(places ?? "{}"), {
        "(cluster)": spelt(cluster),
        "(tenant)": spelt(tenants),
        ...Object.fromEntries(Object.entries(system).map(([namespace, kinds]) => [namespace, spelt(kinds)])),
      });
    });
  }

  it("takes networks of pods from the platform, by the CNI's kind", () => {
    const pools = provisionerGuard(calico).spec.validations.find(({ expression }) =>
      expression.includes('variables.kind == "ippools.projectcalico.org"'),
    );
    assert.match(pools?.expression ?? "", /\[object\.spec\.cidr\]\.all\(network, \["10\.128\.0\.0\/12"\]/);
  });

  it("sends no store to Vault but the platform's own namespace of it", () => {
    const { spec } = provisionerGuard(equipped({}, { vaultNamespace: "admin/tenants" }));
    const store = spec.validations.find(({ expression }) => expression.includes('kind == "secretstores.'));
    assert.match(store?.expression ?? "", /"https:\/\/vault\.example:8200"/);
    assert.match(store?.expression ?? "", /== "admin\/tenants\/" \+ variables\.tenant &&/);
  });
});

describe("base64 in CEL", () => {
  const ID = "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";
  /** What is used of CEL here is JavaScript but for the form of `map`; `charAt` cuts fractions off. */
  const evaluated = (cel: string): unknown =>
    runInNewContext(cel.replaceAll(/\.map\((\w+), /g, ".map(($1) => "), { variables: { tenant: ID } });

  for (const before of ["", "a", "ab", "abc", "[default]\nrole_arn = x/"]) {
    it(`is that of a text with ${before.length} characters before the id`, () => {
      const write = (id: string) => `${before}${id}-backup\n`;
      assert.equal(evaluated(base64WithId(write)), Buffer.from(write(ID)).toString("base64"));
    });
  }
});
