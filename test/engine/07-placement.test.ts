/**
 * Where pods land: the real scheduler decides, after the placement policy had its say (R38, R41, R42). Each attempt runs
 * as well in a namespace that no policy minds, and succeeds there.
 */

import assert from "node:assert/strict";
import { ask, standing } from "./fixture";
import { pod } from "./kubernetes";
import { rulesOf, setAside, takeBack } from "./rules";
import {
  bound,
  clear,
  create,
  deploy,
  eventually,
  evict,
  land,
  landed,
  makeNamespace,
  nodesUsed,
  playedNode,
  share,
  succeed,
  workload,
  type Pod,
  type Spec,
} from "./scheduling";

const FREE = "placement-free";
const RIVAL = "placement-rival";
const RIVAL_ID = "6d5c4b3a-2918-4706-95e4-d3c2b1a09f8e";
const SANDBOXED = "placement-sandboxed";
const SANDBOXED_ID = "7e6d5c4b-3a29-4817-86f5-e4d3c2b1a08f";
const INITECH_ID = "1e2d3c4b-5a69-4788-96a5-b4c3d2e1f001";
const TENANTS = ["tenant-wayne", "tenant-globex", "tenant-umbrella", "tenant-initech"];

const SENSITIVE = { key: "tenant-tier", operator: "In", values: ["sensitive"] };
const TOLERANT = { tolerations: [{ operator: "Exists" }] };
const UNSUITABLE = /nodes are available: .*didn't match Pod's node affinity\/selector/;

describe("where pods land", () => {
  before(async function () {
    this.timeout(600_000);
    await standing();
    await makeNamespace(FREE);
    await makeNamespace(RIVAL, { tenant: RIVAL_ID, "tenantry.dev/pool": "dedicated" });
    await makeNamespace(SANDBOXED, {
      tenant: SANDBOXED_ID,
      "tenantry.dev/pool": "dedicated",
      "tenantry.dev/runtime-class": "tenant-gvisor",
    });
  });

  // They would refuse most of what is tried here; what stands without them is the placement policy alone (R30).
  const refusing = () => rulesOf("tolerations", "node-choice", "node-name", "pod-affinity");
  before(() => setAside(refusing()));
  after(() => takeBack(refusing()));

  before(() => Promise.all([...TENANTS, FREE, RIVAL, SANDBOXED].map(clear)));

  after(async () => {
    await Promise.all([FREE, RIVAL, SANDBOXED].map((name) => ask("DELETE", `/api/v1/namespaces/${name}`)));
  });

  afterEach(async function () {
    this.timeout(60_000);
    await Promise.all([...TENANTS, FREE, RIVAL, SANDBOXED].map(clear));
  });

  describe("by the pool of the tenant (R41)", () => {
    const pools: [namespace: string, nodes: string[]][] = [
      ["tenant-wayne", ["standard-1", "standard-2"]],
      ["tenant-globex", ["sensitive-1", "sensitive-2"]],
      ["tenant-initech", ["dedicated-1"]],
    ];
    for (const [namespace, nodes] of pools) {
      it(`sends every pod of ${namespace} to ${nodes.join(" or ")}, and uses each`, async () => {
        const names = ["one", "two", "three", "four"];
        const landed = await Promise.all(names.map((name) => land(namespace, {}, name)));
        assert.deepEqual([...new Set(landed)].sort(), nodes);
      });
    }

    it("leaves other namespaces alone", async () => {
      const { body } = await ask("POST", `/api/v1/namespaces/${FREE}/pods?dryRun=All`, pod("free"));
      const { spec } = body as unknown as Pod;
      assert.equal(spec["nodeSelector"], undefined);
      assert.equal(spec["topologySpreadConstraints"], undefined);
    });

    it("lets a tenant choose among the zones of its pool", async () => {
      const { metadata } = (await succeed("GET", "/api/v1/nodes/sensitive-2")) as unknown as Pod;
      const zone = "topology.kubernetes.io/zone";
      const spec = { nodeSelector: { [zone]: metadata.labels?.[zone] } };
      for (const name of ["one", "two", "three"]) {
        assert.equal(await land("tenant-globex", spec, name), "sensitive-2");
      }
    });

    it("keeps a tenant from the node of another one with nodes of its own", async () => {
      assert.equal(await land("tenant-initech", {}), "dedicated-1");
      assert.match(await land(RIVAL, {}, "plain"), UNSUITABLE);
      const stolen = { nodeSelector: { tenant: INITECH_ID }, ...TOLERANT };
      assert.match(await land(RIVAL, stolen, "thief"), UNSUITABLE);
      assert.equal(await land(FREE, stolen), "dedicated-1");
    });

    it("gives that tenant its node as soon as there is one", async () => {
      assert.match(await land(RIVAL, {}), UNSUITABLE);
      await succeed("POST", "/api/v1/nodes", playedNode("dedicated-rival", RIVAL_ID));
      try {
        assert.deepEqual(await nodesUsed(RIVAL, 1), ["dedicated-rival"]);
      } finally {
        await clear(RIVAL);
        await succeed("DELETE", "/api/v1/nodes/dedicated-rival");
      }
    });
  });

  describe("whatever a pod of a standard tenant asks for (R41)", () => {
    const standard = /^standard-[12]$/;

    beforeEach(async () => {
      assert.match(await land("tenant-globex", {}, "neighbour", { app: "neighbour" }), /^sensitive-/);
    });

    const attempts: [what: string, spec: Spec, outcome: RegExp][] = [
      ["names the nodes", { ...TOLERANT, nodeSelector: { "tenant-tier": "sensitive" } }, standard],
      ["names one node", { nodeName: "sensitive-1" }, standard],
      ["requires the nodes", { ...TOLERANT, affinity: { nodeAffinity: required(SENSITIVE) } }, UNSUITABLE],
      ["prefers the nodes", { ...TOLERANT, affinity: { nodeAffinity: preferred(SENSITIVE) } }, standard],
      [
        "wants to be beside a sensitive tenant's pod",
        { ...TOLERANT, affinity: { podAffinity: besideTheNeighbour() } },
        /didn't match Pod's node affinity\/selector|didn't match pod affinity rules/,
      ],
    ];
    for (const [what, spec, outcome] of attempts) {
      it(`${what}: not a sensitive node, where the same pod runs if no policy minds`, async () => {
        assert.match(await land("tenant-wayne", spec), outcome);
        assert.match(await land(FREE, spec), /^sensitive-/);
      });
    }

    it("tolerates the taint itself: no use", async () => {
      const toleration = { key: "tenant-tier", operator: "Equal", value: "sensitive", effect: "NoSchedule" };
      const names = ["one", "two", "three", "four", "five", "six"];
      const landed = await Promise.all(
        names.map((name) => land("tenant-wayne", { tolerations: [toleration] }, name)),
      );
      assert.deepEqual([...new Set(landed)].sort(), ["standard-1", "standard-2"]);
    });

    it("is created behind a gate, and changed before it goes through", async () => {
      await create("tenant-wayne", "gated", { ...TOLERANT, schedulingGates: [{ name: "example.com/wait" }] });
      const path = "/api/v1/namespaces/tenant-wayne/pods/gated";
      const { status, message } = await ask("PATCH", path, {
        spec: { nodeSelector: { "tenant-tier": "sensitive" } },
      });
      assert.match(message, /only additions to spec\.nodeSelector are allowed/);
      assert.equal(status, 422);
      await succeed("PATCH", path, { spec: { nodeSelector: { "kubernetes.io/os": "linux" } } });
      await succeed("PATCH", path, { spec: { schedulingGates: null } });
      assert.match(await landed("tenant-wayne", "gated"), standard);
    });
  });

  describe("whoever makes the pod (R41)", () => {
    const makers: [kind: string, api: string, plural: string, spec: Spec][] = [
      ["Deployment", "apps/v1", "deployments", { replicas: 3 }],
      ["StatefulSet", "apps/v1", "statefulsets", { replicas: 3, podManagementPolicy: "Parallel" }],
      ["Job", "batch/v1", "jobs", { completions: 3, parallelism: 3 }],
    ];
    const astray = { ...TOLERANT, nodeSelector: { "tenant-tier": "sensitive" } };
    for (const [kind, api, plural, spec] of makers) {
      it(`pins the pods of a ${kind}`, async () => {
        for (const namespace of ["tenant-wayne", FREE]) {
          const path = `/apis/${api}/namespaces/${namespace}/${plural}`;
          await succeed("POST", path, workload(api, kind, spec, astray));
        }
        // Finished pods do not count for the spread, so that those of a Job may share a node.
        for (const node of await nodesUsed("tenant-wayne", 3)) {
          assert.match(node, /^standard-[12]$/);
        }
        for (const node of await nodesUsed(FREE, 3)) {
          assert.match(node, /^sensitive-/);
        }
      });
    }

    it("runs a DaemonSet on every node of the pool, and waits for none outside it", async () => {
      const path = "/apis/apps/v1/namespaces/tenant-wayne/daemonsets";
      await succeed("POST", path, workload("apps/v1", "DaemonSet"));
      assert.deepEqual(await nodesUsed("tenant-wayne", 2), ["standard-1", "standard-2"]);

      await succeed("PATCH", `${path}/work`, { spec: { template: { spec: astray } } });
      await eventually(async () => {
        const { body } = await ask("GET", `${path}/work`);
        const { metadata, status } = body as { metadata: { generation: number }; status: Spec };
        assert.equal(status["observedGeneration"], metadata.generation);
        assert.equal(status["desiredNumberScheduled"], 2);
        assert.equal(status["updatedNumberScheduled"], 2);
      });
      assert.deepEqual(await nodesUsed("tenant-wayne", 2), ["standard-1", "standard-2"]);
    });

    it("lets a DaemonSet follow its tenant to another pool, with nothing left of the former one", async () => {
      const path = `/apis/apps/v1/namespaces/${RIVAL}/daemonsets`;
      const move = (pool: string) =>
        succeed("PATCH", `/api/v1/namespaces/${RIVAL}`, {
          metadata: { labels: { "tenantry.dev/pool": pool } },
        });
      await succeed("POST", path, workload("apps/v1", "DaemonSet"));
      await move("standard");
      try {
        await takeBack(refusing());
        await eventually(async () => {
          const template = { metadata: { annotations: { "example.com/changed": new Date().toISOString() } } };
          const { spec } = (await succeed("PATCH", `${path}/work`, { spec: { template } })) as {
            spec: { template: { spec: Spec } };
          };
          assert.deepEqual(spec.template.spec["nodeSelector"], { "tenant-tier": "standard" });
          assert.deepEqual(spec.template.spec["tolerations"], [
            { key: "tenant-tier", operator: "Equal", value: "standard", effect: "NoSchedule" },
          ]);
        });
        assert.deepEqual(await nodesUsed(RIVAL, 2), ["standard-1", "standard-2"]);
      } finally {
        await setAside(refusing());
        await move("dedicated");
      }
    });
  });

  describe("over zones and hosts (R38)", () => {
    it("spreads six replicas over both nodes of the pool", async () => {
      await deploy("tenant-wayne", 6);
      assert.deepEqual(await share("tenant-wayne", 6), { "standard-1": 3, "standard-2": 3 });
    });

    it("spreads pods that nobody replicates, though one node is much emptier", async () => {
      const names = ["one", "two", "three", "four", "five", "six"];
      const size = { cpu: "16", memory: "64Gi" };
      const sized = { resources: { requests: size, limits: size } };
      const own = { ...TOLERANT, nodeSelector: { "tenant-tier": "standard" } };
      await create(FREE, "ballast", { nodeName: "standard-2" }, {}, sized);
      for (const namespace of ["tenant-wayne", FREE]) {
        await Promise.all(names.map((name) => create(namespace, name, own)));
      }
      assert.deepEqual(await share("tenant-wayne", 6), { "standard-1": 3, "standard-2": 3 });
      assert.deepEqual(await share(FREE, 7), { "standard-1": 6, "standard-2": 1 });
    });

    it("keeps what a tenant says of it", async () => {
      const constraint = {
        maxSkew: 2,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "own" } },
      };
      const { spec } = await create("tenant-wayne", "own", { topologySpreadConstraints: [constraint] });
      assert.deepEqual(spec["topologySpreadConstraints"], [constraint]);
    });
  });

  describe("under a disruption budget (R38)", () => {
    const LABEL = "tenantry.dev/disruption-budget";
    const labelsOf = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.labels?.[LABEL]);

    it("counts the replicas of Deployments and StatefulSets, and lets half of them go", async () => {
      await deploy("tenant-wayne", 4);
      const path = "/apis/apps/v1/namespaces/tenant-wayne/statefulsets";
      await succeed("POST", path, workload("apps/v1", "StatefulSet", { replicas: 2 }));
      assert.deepEqual(labelsOf(await bound("tenant-wayne", 6)), Array(6).fill("default"));
      await eventually(async () =>
        assert.deepEqual(await budget(), { expectedPods: 6, disruptionsAllowed: 3 }),
      );
    });

    it("leaves out what has no scale: such a pod would stop the count, and be evicted by nobody", async () => {
      await succeed(
        "POST",
        "/apis/batch/v1/namespaces/tenant-wayne/jobs",
        workload("batch/v1", "Job", { completions: 1 }),
      );
      await succeed(
        "POST",
        "/apis/apps/v1/namespaces/tenant-wayne/daemonsets",
        workload("apps/v1", "DaemonSet"),
      );
      await create("tenant-wayne", "bare");
      assert.deepEqual(labelsOf(await bound("tenant-wayne", 4)), Array(4).fill(undefined));
      assert.equal(await evict("tenant-wayne", "bare"), 201);
    });

    it("lets a single replica be evicted", async () => {
      await deploy("tenant-wayne", 1);
      const [replica] = await bound("tenant-wayne", 1);
      await eventually(async () =>
        assert.deepEqual(await budget(), { expectedPods: 1, disruptionsAllowed: 1 }),
      );
      assert.equal(await evict("tenant-wayne", replica?.metadata.name ?? ""), 201);
    });

    it("leaves pods under a budget of the tenant's own to that one", async () => {
      await deploy("tenant-wayne", 2, { [LABEL]: "own" });
      assert.deepEqual(labelsOf(await bound("tenant-wayne", 2)), ["own", "own"]);
    });

    async function budget(): Promise<Spec> {
      const path = "/apis/policy/v1/namespaces/tenant-wayne/poddisruptionbudgets/tenant-default";
      const { expectedPods, disruptionsAllowed } = (await ask("GET", path)).body["status"] as Spec;
      return { expectedPods, disruptionsAllowed };
    }
  });

  describe("in a sandboxed runtime (R42)", () => {
    const pods = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;

    it("runs every pod of a namespace that asked for one, whatever the pod names", async () => {
      for (const [name, spec] of Object.entries({ silent: {}, other: { runtimeClassName: "tenant-kata" } })) {
        const admitted = await create("tenant-umbrella", name, spec);
        assert.equal(admitted.spec["runtimeClassName"], "tenant-gvisor");
        assert.match(await landed("tenant-umbrella", name), /^sensitive-/);
      }
    });

    it("runs it on the tenant's own nodes where it has some", async () => {
      await succeed("POST", "/api/v1/nodes", playedNode("dedicated-sandboxed", SANDBOXED_ID));
      try {
        assert.equal((await create(SANDBOXED, "own")).spec["runtimeClassName"], "tenant-gvisor");
        assert.deepEqual(await nodesUsed(SANDBOXED, 1), ["dedicated-sandboxed"]);
      } finally {
        await clear(SANDBOXED);
        await succeed("DELETE", "/api/v1/nodes/dedicated-sandboxed");
      }
    });

    it("refuses the runtime to pods of other tenants, and admits the same pods without", async () => {
      for (const namespace of ["tenant-globex", "tenant-wayne"]) {
        const spec = { runtimeClassName: "tenant-gvisor" };
        const { status, message } = await ask("POST", pods(namespace), pod("try", spec));
        assert.match(
          message,
          /'tenantry-runtime-class' .*Pod try: its runtime is tenant-gvisor\. Only nodes of tenants that asked/,
        );
        assert.equal(status, 403);
        assert.equal((await create(namespace, "try")).spec["runtimeClassName"], undefined);
      }
    });
  });
});

function required(expression: unknown) {
  return {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [expression] }],
    },
  };
}

function preferred(expression: unknown) {
  return {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 100, preference: { matchExpressions: [expression] } },
    ],
  };
}

function besideTheNeighbour() {
  const term = {
    labelSelector: { matchLabels: { app: "neighbour" } },
    namespaces: ["tenant-globex"],
    topologyKey: "kubernetes.io/hostname",
  };
  return { requiredDuringSchedulingIgnoredDuringExecution: [term] };
}
