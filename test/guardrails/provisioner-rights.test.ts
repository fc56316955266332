/** What RBAC gives the provisioner: enough for what the program declares and proves, and nothing to climb with. */

import assert from "node:assert/strict";
import * as names from "../../model/names";
import {
  provisionedKinds,
  provisionerRights,
  systemRights,
  type ProvisionerRight,
} from "../../model/provisioner";
import { pathsOf } from "../../proof/live/kubernetes";
import { NodePool } from "../../components/node-pool";
import { declareTenants } from "../../components/tenant-list";
import { equipped, platform as plain, tenantOf } from "../components/fixtures";
import { graphOf } from "../components/graph";

const karpenter = {
  engine: "karpenter",
  role: "nodes",
  subnetIds: ["subnet-0a1b2c3d"],
  securityGroupIds: ["sg-0a1b2c3d"],
};
const full = equipped({}, { nodes: karpenter });
const calico = equipped({ cni: "calico-enterprise", adminNetworkPolicy: "AdminNetworkPolicy" });
const WRITES = ["create", "update", "patch", "delete"];

/** `verb resource.group`, and the name where the right is over one. */
const granted = (rights: readonly ProvisionerRight[]) =>
  rights.flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => [`${verb} ${resource}.${group}`, ...(resourceNames ?? [])].join(" ")),
      ),
    ),
  );

describe("the rights of the provisioner", () => {
  for (const [name, platform] of Object.entries({ plain, full, calico })) {
    const everywhere = granted(provisionerRights(platform));
    const system = Object.values(systemRights(platform)).flatMap(granted);

    it(`hold nothing to climb with, on a ${name} platform (attacks A002 to A007)`, () => {
      for (const right of [...everywhere, ...system]) {
        assert.doesNotMatch(right, /\*\.|^\*|^(escalate|impersonate|use|approve|sign|deletecollection) /);
        assert.doesNotMatch(right, / (pods|configmaps|events|nodes|persistentvolumes)\b/);
        assert.doesNotMatch(right, /^\w+ \w+\//, "a subresource");
        assert.doesNotMatch(right, / (roles\.|customresourcedefinitions|certificatesigningrequests)/);
      }
    });

    it(`only read what defines them, on a ${name} platform (attack K9)`, () => {
      const defining = /clusterroles|clusterrolebindings|admissionregistration/;
      assert.deepEqual(
        [...everywhere, ...system].filter(
          (right) => defining.test(right) && !/^(get|list|bind) /.test(right),
        ),
        [],
      );
    });

    it(`bind the four closed roles and the operator's, on a ${name} platform`, () => {
      assert.deepEqual(
        everywhere.filter((right) => right.startsWith("bind ")),
        [
          "bind clusterroles.rbac.authorization.k8s.io tenant-admin tenant-dev tenant-view tenant-reconciler tenantry-operator",
        ],
      );
    });

    it(`reach Secrets by name, in Velero's namespace alone, on a ${name} platform (R3)`, () => {
      assert.deepEqual(
        everywhere.filter((right) => right.includes(" secrets.")),
        [],
      );
      assert.deepEqual(
        system.filter((right) => right.includes(" secrets.")).sort(),
        ["get", ...WRITES].map((verb) => `${verb} secrets.`).sort(),
      );
      assert.ok(granted(systemRights(platform)["velero"] ?? []).includes("get secrets."));
    });

    it(`list whatever the proof lists, on a ${name} platform`, () => {
      for (const path of Object.values(pathsOf(platform))) {
        const [, group = "", namespace, resource = ""] =
          /^\/(?:api|apis\/([^/]+))\/v[^/]+\/(?:namespaces\/([^/]+)\/)?([^/?]+)/.exec(path ?? "") ?? [];
        if (path !== undefined) {
          const rights = namespace ? granted(systemRights(platform)[namespace] ?? []) : everywhere;
          assert.ok(rights.includes(`list ${resource}.${group}`), path);
        }
      }
    });

    it(`write whatever a tenant's documents are, in their place, on a ${name} platform`, async () => {
      const tenant = tenantOf("dedicated", {
        network: {
          egress: [],
          names: platform === plain ? [] : [{ host: "a.example", ports: [{ port: 443, protocol: "TCP" }] }],
          hosts: ["acme.example"],
          ...(platform !== plain && { podCidr: "10.128.0.0/22" }),
        },
      });
      const graph = await graphOf(async () => {
        new NodePool("acme-nodes", { tenant, platform }, {});
        await declareTenants([tenant], platform, []);
      });
      const { cluster, tenants, system: shared } = provisionedKinds(platform);
      const documents = graph.filter(({ type }) => /^kubernetes:.*\/v[^:]*:/.test(type));
      assert.ok(documents.length >= 20);
      for (const { type, props } of documents) {
        const [, group = "", kind = ""] = /^kubernetes:(.*)\/[^/]+:(.+)$/.exec(type) ?? [];
        const { namespace } = props["metadata"] as { namespace?: string };
        const place =
          namespace === undefined
            ? cluster
            : namespace === names.namespaceName("acme")
              ? tenants
              : shared[namespace];
        const found = place?.some(
          (candidate) =>
            candidate.group === (group === "core" ? "" : group) && candidate.resource === plural(kind),
        );
        assert.ok(found, `${kind} of ${group} in ${namespace ?? "the cluster"}`);
      }
    });
  }

  it("are over no system that the platform is without", () => {
    const all = [
      ...granted(provisionerRights(plain)),
      ...Object.values(systemRights(plain)).flatMap(granted),
    ];
    assert.deepEqual(
      all.filter((right) =>
        /cilium|calico|gateway|external-secrets|karpenter|policy\.networking/.test(right),
      ),
      [],
    );
    assert.deepEqual(Object.keys(systemRights(plain)), ["velero"]);
    assert.deepEqual(Object.keys(systemRights(full)), ["velero", "tenant-gateway"]);
  });
});

function plural(kind: string): string {
  return `${kind.toLowerCase().replace(/y$/, "ie").replace(/ss$/, "sse")}s`;
}
