import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { NodePool } from "../../components/node-pool";
import { NodePools } from "../../components/node-pools";
import { tenantLabels } from "../../model/labels";
import { tierNames } from "../../model/tiers";
import { tenantOf } from "./fixtures";
import { assertGolden } from "./golden";
import { graphOf, type Declared } from "./graph";
import { classes, platformWith, pools } from "./nodes";

const dedicated = tenantOf("dedicated");
const sensitive = tenantOf("sensitive", {
  name: "globex",
  id: "8c7d6e5f-4a3b-4291-a0b1-c2d3e4f50617",
  pool: { name: "dedicated", own: true },
});

/** The platform's nodes, and those of two tenants' own. */
const declare = (...platform: Parameters<typeof platformWith>) =>
  graphOf(() => {
    const settings = platformWith(...platform);
    const providers = [
      new kubernetes.Provider("cluster", {}),
      new aws.Provider("account", { region: "eu-central-1" }),
    ];
    new NodePools("node-pools", { platform: settings }, { providers });
    for (const tenant of [dedicated, sensitive]) {
      new NodePool(tenant.name, { tenant, platform: settings }, { providers });
    }
  });

const propsOf = (graph: readonly Declared[], name: string) =>
  graph.find((declared) => declared.custom && declared.name === name)?.props ?? {};

for (const engine of ["karpenter", "eks"] as const) {
  describe(`the nodes that ${engine} makes`, () => {
    let graph: Declared[];

    before(async () => {
      graph = await declare(engine);
    });

    it("are the ones on file", () => assertGolden(`nodes-${engine}`, graph));

    it("form a pool for each shared tier, and one for each tenant with nodes of its own (R40)", () => {
      const prefix = engine === "eks" ? "test-" : "";
      assert.deepEqual(
        pools(graph).map(({ name, madeOf }) => [name, madeOf]),
        [
          ["tenants-standard", `${prefix}tenants-standard`],
          ["tenants-sensitive", `${prefix}tenants-sensitive`],
          ["tenant-acme", `${prefix}tenants-dedicated`],
          // Nodes of its own, with the swap and the runtimes of the sensitive ones.
          ["tenant-globex", `${prefix}tenants-sensitive`],
        ],
      );
    });

    it("bear the tier, and the tenant where there is one, as label and as taint (R41)", () => {
      const marks: Record<string, string>[] = [
        { "tenant-tier": "standard" },
        { "tenant-tier": "sensitive" },
        { "tenant-tier": "dedicated", tenant: dedicated.id },
        { "tenant-tier": "dedicated", tenant: sensitive.id },
      ];
      assert.deepEqual(
        pools(graph).map(({ labels }) => labels),
        marks,
      );
      assert.deepEqual(
        pools(graph).map(({ taints }) => taints),
        marks.map((mark) =>
          Object.entries(mark).map(([key, value]) => ({ key, value, effect: "NoSchedule" })),
        ),
      );
    });

    it("have every volume encrypted, and a metadata service that pods cannot reach (attack A226)", () => {
      assert.equal(classes(graph).length, tierNames.length);
      for (const { name, volumes, metadata } of classes(graph)) {
        assert.equal(volumes[0]?.device, "/dev/xvda");
        assert.deepEqual(
          volumes.filter(({ encrypted }) => !encrypted),
          [],
          name,
        );
        assert.deepEqual(metadata, { httpTokens: "required", httpPutResponseHopLimit: 1 }, name);
      }
    });

    it("swap where they are sensitive and nowhere else (R43)", async () => {
      const swapping = (of: readonly Declared[]) =>
        classes(of)
          .filter(({ userData, volumes }) => userData !== undefined || volumes.length > 1)
          .map(({ name, userData, volumes }) => [name, volumes[1]?.gib, userData?.split("\n", 1)[0]]);
      const name = engine === "eks" ? "test-tenants-sensitive" : "tenants-sensitive";
      assert.deepEqual(swapping(graph), [[name, 8, "MIME-Version: 1.0"]]);
      assert.deepEqual(swapping(await declare(engine, { swapGiB: 0 })), []);
    });

    it("name their tenant on what declares them (R13)", () => {
      for (const tenant of [dedicated, sensitive]) {
        const { metadata, tags } = propsOf(graph, `${tenant.name}-node-pool`);
        const bears: unknown = (metadata as { labels: unknown } | undefined)?.labels ?? tags;
        assert.deepEqual(bears, tenantLabels(tenant));
      }
    });
  });
}

describe("the nodes that somebody else makes", () => {
  it("are not declared", async () => {
    const graph = await declare("existing");
    const made = graph.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"));
    assert.deepEqual(made, []);
  });
});

describe("the nodes that karpenter makes", () => {
  const images = async (changes: Parameters<typeof platformWith>[1]) => {
    const graph = await declare("karpenter", changes);
    return tierNames.map((name) => (propsOf(graph, `node-class-${name}`)["spec"] as Images).amiSelectorTerms);
  };
  interface Images {
    readonly amiSelectorTerms: unknown;
  }

  it("change their image when the platform says so, and never by themselves", async () => {
    const pinned = [{ alias: "al2023@v20260714" }];
    assert.deepEqual(await images({}), [pinned, pinned, pinned]);
    const changed = await images({ images: { standard: "v20260625", sensitive: "ami-0123456789abcdef0" } });
    assert.deepEqual(changed, [[{ alias: "al2023@v20260625" }], [{ id: "ami-0123456789abcdef0" }], pinned]);
  });

  it("live two weeks and are drained in a day, whatever a tenant's disruption budget says", async () => {
    const graph = await declare("karpenter");
    for (const pool of ["node-pool-standard", "node-pool-sensitive", "acme-node-pool"]) {
      const { template } = propsOf(graph, pool)["spec"] as { template: { spec: Record<string, unknown> } };
      assert.equal(template.spec["expireAfter"], "336h");
      assert.equal(template.spec["terminationGracePeriod"], "24h");
    }
  });
});

describe("the nodes that eks makes", () => {
  it("leave their number to the autoscaler", async () => {
    const groups = (await declare("eks")).filter(({ type }) => type === "aws:eks/nodeGroup:NodeGroup");
    assert.equal(groups.length, 4);
    for (const { opts } of groups) {
      assert.deepEqual(opts.ignoreChanges, ["scalingConfig.desiredSize"]);
    }
  });

  it("take the image of their processors, in the release that the platform says", async () => {
    const changes = { instanceTypes: ["m7g.large", "c7gn.xlarge"], images: { standard: "1.36.2-20260714" } };
    const arm = propsOf(await declare("eks", changes), "node-pool-standard");
    assert.deepEqual([arm["amiType"], arm["releaseVersion"]], ["AL2023_ARM_64_STANDARD", "1.36.2-20260714"]);
    const intel = propsOf(await declare("eks", { instanceTypes: ["g5.xlarge"] }), "node-pool-standard");
    assert.deepEqual([intel["amiType"], intel["releaseVersion"]], ["AL2023_x86_64_STANDARD", undefined]);
  });

  it("are made of the template's version that the platform's run found", async () => {
    const { launchTemplate } = propsOf(await declare("eks"), "acme-node-pool");
    assert.deepEqual(launchTemplate, { name: "test-tenants-dedicated", version: "7" });
  });

  it("wait for the platform's run where it has made no template yet", async () => {
    const platform = { ...platformWith("eks"), launchTemplates: {} };
    await assert.rejects(
      graphOf(() => new NodePool("acme", { tenant: dedicated, platform }, {})),
      (error: unknown) =>
        pulumi.ResourceError.isInstance(error) &&
        error.message ===
          "the stack platform has made no launch template for dedicated nodes yet; run: pulumi up --stack platform",
    );
  });
});
