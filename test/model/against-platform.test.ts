/** Tenants held against the cluster they are for: what it keeps to itself, and what it lacks. */

import assert from "node:assert/strict";
import { againstPlatform } from "../../model/against-platform";
import type { Platform } from "../../model/platform";
import { checkAgainstPlatform, readTenantDocument } from "../../model/read";
import { equipped, platform } from "../components/fixtures";
import { ListFolder, tenant as textOf } from "./folder";
import { FILE, tenantText } from "./minimum";

/** Everything that a platform refuses of a tenant. */
function refusals(fields: string, on: Platform): string[] {
  const read = readTenantDocument(Buffer.from(tenantText(fields)), FILE, "test");
  assert.ok(!Array.isArray(read), JSON.stringify(read));
  return againstPlatform(read.spec, read.tenant, on).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
}

const withCluster = (changes: Partial<Platform["cluster"]>): Platform => ({
  ...platform,
  cluster: { ...platform.cluster, reservedCidrs: ["10.0.0.0/16", "2001:db8::/56"], ...changes },
});

describe("a tenant held against its cluster", () => {
  describe("whose namespaces are its own", () => {
    const kept = [
      "gatewayNamespace",
      "observabilityNamespace",
      "backupNamespace",
      "provisionerNamespace",
    ] as const;
    for (const field of kept) {
      it(`D05 is refused where one is the ${field}`, () => {
        const on = withCluster({ [field]: "tenant-acme" });
        assert.deepEqual(refusals("", on), [
          'name: "acme" makes the namespace tenant-acme, which is the platform\'s own; choose another name',
        ]);
        assert.deepEqual(refusals("environments: [{ name: prod }]", on), []);
      });
    }

    it("D05 is refused where one is that of the cluster's DNS", () => {
      const dns = { ...platform.cluster.dns, namespace: "tenant-acme--prod" };
      assert.deepEqual(refusals("environments: [{ name: prod }, { name: dev }]", withCluster({ dns })), [
        'name: "acme" makes the namespace tenant-acme--prod, which is the platform\'s own; choose another name',
      ]);
      assert.deepEqual(refusals("environments: [{ name: dev }]", withCluster({ dns })), []);
      assert.deepEqual(refusals("", withCluster({ dns })), []);
    });
  });

  describe("D40 whose networks stay closed", () => {
    const to = (cidr: string) => `network: { egress: [{ cidr: "${cidr}", ports: [{ port: 443 }] }] }`;
    for (const [cidr, reserved] of [
      ["10.0.0.0/16", "10.0.0.0/16"],
      ["10.0.3.0/24", "10.0.0.0/16"],
      ["10.0.0.0/8", "10.0.0.0/16"],
      ["10.0.0.1/32", "10.0.0.0/16"],
      ["2001:db8::/32", "2001:db8::/56"],
      ["10.128.3.0/24", "10.128.0.0/12"],
      ["10.128.0.0/9", "10.128.0.0/12"],
    ] as const) {
      it(`is refused ${cidr}`, () => {
        assert.deepEqual(refusals(to(cidr), withCluster({ tenantPodCidrs: ["10.128.0.0/12"] })), [
          `network.egress.0.cidr: "${cidr}" reaches into ${reserved}, the cluster's own network; list only networks outside the cluster`,
        ]);
      });
    }

    it("may reach the networks beside", () => {
      const on = withCluster({ tenantPodCidrs: ["10.128.0.0/12"] });
      for (const cidr of ["10.1.0.0/16", "10.144.0.0/12", "2001:db8:0:100::/56"]) {
        assert.deepEqual(refusals(to(cidr), on), []);
      }
    });
  });

  describe("R49 whose CNI enforces names", () => {
    const named =
      "network: { egress: [{ cidr: 203.0.113.0/24, ports: [{ port: 443 }] }, { host: api.stripe.com, ports: [{ port: 443 }] }] }";
    for (const cni of ["other", "calico"] as const) {
      it(`is refused them where that is ${cni}`, () => {
        assert.deepEqual(refusals(named, withCluster({ cni })), [
          `network.egress.1.host: "api.stripe.com" cannot be enforced: this cluster's CNI knows no DNS names (cluster.cni of the platform is ${cni}, not cilium or calico-enterprise); list its networks as cidr`,
        ]);
      });
    }
    for (const cni of ["cilium", "calico-enterprise"] as const) {
      it(`may list them where that is ${cni}`, () => {
        assert.deepEqual(refusals(named, withCluster({ cni })), []);
      });
    }
  });

  describe("R50 whose gateway serves hosts", () => {
    const hosts = "network: { ingress: { hosts: [shop.acme.example] } }";
    it("is refused them where there is none", () => {
      assert.deepEqual(refusals(hosts, platform), [
        "network.ingress: nothing would serve the hosts: this platform has no tenant gateway (cluster.gateway.api is none); leave them out or have it set up",
      ]);
      assert.deepEqual(refusals("network: { ingress: { hosts: [] } }", platform), []);
    });
    for (const api of ["gateway-api", "ingress"]) {
      it(`may have them with ${api}`, () => {
        assert.deepEqual(refusals(hosts, equipped({ gateway: { api } })), []);
      });
    }
  });

  describe("R51 whose networks for tenants' pods are set apart", () => {
    const pods = (cidr: string) => `network: { podCidr: ${cidr} }`;
    it("is refused a pool that the CNI cannot make", () => {
      assert.deepEqual(refusals(pods("10.128.0.0/24"), equipped({ cni: "other" })), [
        'network.podCidr: "10.128.0.0/24" cannot be given: this cluster\'s CNI has no pools of addresses (cluster.cni of the platform is other, not cilium or calico); leave it out',
      ]);
    });
    for (const cidr of ["10.144.0.0/16", "192.168.0.0/24", "10.127.255.192/26"]) {
      it(`is refused ${cidr}, which lies outside`, () => {
        assert.deepEqual(refusals(pods(cidr), equipped()), [
          `network.podCidr: "${cidr}" is not within 10.128.0.0/12 that the platform keeps for tenants' pods (cluster.tenantPodCidrs)`,
        ]);
      });
    }
    it("is refused one that two networks hold together and neither alone", () => {
      assert.deepEqual(
        refusals(pods("10.128.0.0/23"), equipped({ tenantPodCidrs: ["10.128.0.0/24", "10.128.1.0/24"] })),
        [
          'network.podCidr: "10.128.0.0/23" is not within 10.128.0.0/24, 10.128.1.0/24 that the platform keeps for tenants\' pods (cluster.tenantPodCidrs)',
        ],
      );
    });
    it("is refused any where the platform keeps none", () => {
      assert.deepEqual(refusals(pods("10.128.0.0/24"), equipped({ tenantPodCidrs: [] })), [
        'network.podCidr: "10.128.0.0/24" is not within any network that the platform keeps for tenants\' pods (cluster.tenantPodCidrs)',
      ]);
    });
    for (const cni of ["cilium", "calico", "calico-enterprise"]) {
      it(`may have one inside with ${cni}`, () => {
        for (const cidr of ["10.128.0.0/16", "10.143.255.192/26"]) {
          assert.deepEqual(refusals(pods(cidr), equipped({ cni })), []);
        }
      });
    }
  });

  describe("R42 whose nodes bring runtimes", () => {
    const on = (runtimeClasses: Platform["nodes"]["runtimeClasses"]): Platform => ({
      ...platform,
      nodes: { ...platform.nodes, runtimeClasses },
    });
    it("is refused one that they lack", () => {
      for (const lacking of [{}, { kata: "kata-qemu" }]) {
        assert.deepEqual(refusals("tier: sensitive\nruntimeClass: gvisor", on(lacking)), [
          "runtimeClass: gvisor is not on this cluster's sensitive nodes (nodes.runtimeClasses of the platform does not name its handler); leave it out or have it set up",
        ]);
      }
    });
    it("may ask for one that they have", () => {
      assert.deepEqual(refusals("tier: sensitive\nruntimeClass: gvisor", on({ gvisor: "runsc" })), []);
      assert.deepEqual(refusals("tier: sensitive", on({})), []);
    });
  });

  it("needs nothing of a plain cluster unless it asks", () => {
    for (const fields of [
      "environments: [{ name: dev, share: 30 }, { name: prod }]",
      "secrets: { engine: aws-secrets-manager }",
      "placement: { pool: dedicated }",
      "allowRoot: true",
    ]) {
      assert.deepEqual(refusals(fields, platform), []);
    }
  });
});

describe("a list held against its cluster", () => {
  const list = new ListFolder();
  const root = (fields: string) => list.put("acme.yaml", textOf("acme", undefined, fields));

  it("gets every fault at its line", () => {
    root(
      "network:\n  podCidr: 10.128.0.0/24\n  ingress: { hosts: [shop.acme.example] }\n  egress:\n    - { host: a.example, ports: [{ port: 1 }] }",
    );
    assert.deepEqual(
      list
        .faults(() => checkAgainstPlatform(list.read(), platform))
        .map((fault) => fault.split(" ")[0] + " " + fault.split(" ")[1]),
      [
        "test/acme.yaml:5:12: network.podCidr:",
        "test/acme.yaml:6:12: network.ingress:",
        "test/acme.yaml:8:15: network.egress[0].host:",
      ],
    );
    checkAgainstPlatform(list.read(), equipped());
  });
});
