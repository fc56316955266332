import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as vault from "@pulumi/vault";
import { declareTenants } from "../../components/tenant-list";
import * as labels from "../../model/labels";
import { tierNames } from "../../model/tiers";
import { neighbour, platform, tenantOf } from "./fixtures";
import { ancestors, dependencies, graphOf, type Declared } from "./graph";
import { assertGolden } from "./golden";

const tenants = [tenantOf("sensitive"), tenantOf("standard", neighbour)];

const declare = (of = tenants) =>
  graphOf(() =>
    declareTenants(of, platform, [
      new kubernetes.Provider("cluster", {}),
      new aws.Provider("account", { region: "eu-central-1" }),
      new vault.Provider("vault", {}),
    ]),
  );

const isKubernetes = ({ type }: Declared) => type.startsWith("kubernetes:");
const isNamespaced = ({ type }: Declared) =>
  isKubernetes({ type } as Declared) && !/:(Namespace|StorageClass)$/.test(type);
const metadata = ({ props }: Declared) =>
  props["metadata"] as { name: string; namespace?: string; labels: Record<string, string> };

describe("the declared graph of two tenants", () => {
  let graph: Declared[];
  let custom: Declared[];

  before(async () => {
    graph = await declare();
    custom = graph.filter((declared) => declared.custom && !declared.type.startsWith("pulumi:providers:"));
  });

  it("hangs every resource below its tenant's component", () => {
    for (const declared of custom) {
      const top = ancestors(declared, graph).at(-1);
      assert.equal(top?.type, "tenantry:index:Tenant", `${declared.name} has no tenant above it`);
      assert.ok(declared.name.startsWith(`${top.name}-`) || declared.name === top.name, declared.name);
    }
  });

  it("makes no provider but the three", () => {
    const providers = graph.filter(({ type }) => type.startsWith("pulumi:providers:"));
    assert.deepEqual(
      providers.map(({ name }) => name),
      ["cluster", "account", "vault"],
    );
  });

  it("gives every resource a name of its own", () => {
    const names = custom.map(({ type, name }) => `${type} ${name}`);
    assert.equal(new Set(names).size, names.length);
  });

  it("gives no child a name that a child of another tenant could have", () => {
    const suffixes = custom
      .filter(({ name }) => name.startsWith("acme-") && !name.startsWith("acme-eu"))
      .map(({ type, name }) => ({ type, suffix: name.slice("acme".length) }));
    assert.ok(suffixes.length > 25);
    // Tenant `a` with the child `-x-y` and tenant `a-x` with the child `-y` would be one resource.
    const clashes = suffixes.filter((one) =>
      suffixes.some((other) => one.type === other.type && one !== other && one.suffix.endsWith(other.suffix)),
    );
    assert.deepEqual(clashes, []);
  });

  it("labels every Kubernetes object with its tenant (R13)", () => {
    for (const declared of custom.filter(isKubernetes)) {
      const owner = tenants.find(({ name }) => name === ancestors(declared, graph).at(-1)?.name);
      assert.ok(owner);
      for (const [key, value] of Object.entries(labels.tenantLabels(owner))) {
        assert.equal(metadata(declared).labels[key], value, `${declared.name}: ${key}`);
      }
    }
  });

  it("tags every taggable AWS resource with its tenant (R13)", () => {
    const taggable = custom.filter(({ type }) => ["aws:kms/key:Key", "aws:iam/role:Role"].includes(type));
    assert.equal(taggable.length, 6);
    for (const { props, name } of taggable) {
      const owner = tenants.find((tenant) =>
        ["key", "backup-role", "workload-role"].some((child) => name === `${tenant.name}-${child}`),
      );
      assert.ok(owner);
      assert.deepEqual(props["tags"], labels.tenantTags(owner));
    }
  });

  it("deletes what is in a namespace with the namespace, and nothing else so", () => {
    for (const declared of custom) {
      const container = declared.opts.deletedWith;
      const inTenantNamespace = isNamespaced(declared) && metadata(declared).namespace?.startsWith("tenant-");
      const inVaultNamespace =
        declared.type.startsWith("vault:") && declared.type !== "vault:index/namespace:Namespace";
      assert.equal(container !== undefined, inTenantNamespace || inVaultNamespace, declared.name);
    }
  });

  it("lets no replacement of a named Kubernetes object create before it deletes", () => {
    for (const declared of custom.filter(isKubernetes)) {
      assert.equal(declared.opts.deleteBeforeReplace, true, declared.name);
    }
  });

  it("binds nobody before every guardrail of the namespace stands (R36, R88)", () => {
    const bindings = custom.filter(({ type }) => type.endsWith(":RoleBinding"));
    assert.equal(bindings.length, 10);
    for (const binding of bindings) {
      const own = (kind: string) =>
        custom.filter(
          ({ type, props }) => type.endsWith(`:${kind}`) && namespaceOf(props) === namespaceOf(binding.props),
        );
      const guardrails = ["ResourceQuota", "LimitRange", "PodDisruptionBudget", "NetworkPolicy"].flatMap(own);
      assert.ok(guardrails.length >= 9, `${guardrails.length} guardrails`);
      const before = new Set(dependencies(binding, graph));
      assert.deepEqual(
        guardrails.filter((guardrail) => !before.has(guardrail)).map(({ name }) => name),
        [],
      );
    }
  });

  it("protects what holds data where the tenant says so, and only there", () => {
    const expected = ["acme", "acme-alias", "acme-key", "acme-kv", "acme-vault"];
    assert.deepEqual(
      custom
        .filter(({ opts }) => opts.protect)
        .map(({ name }) => name)
        .sort(),
      expected,
    );
  });

  it("creates the roles before the key whose policy names them", () => {
    const key = custom.find(({ name }) => name === "acme-key");
    assert.ok(key);
    const before = dependencies(key, graph).map(({ name }) => name);
    assert.ok(before.includes("acme-backup-role") && before.includes("acme-workload-role"), before.join());
  });

  it("crosses from one tenant to the other nowhere", () => {
    const [acme, acmeEu] = tenants;
    assert.ok(acme && acmeEu);
    for (const declared of custom) {
      const owner = ancestors(declared, graph).at(-1)?.name;
      const stranger = owner === acme.name ? acmeEu : acme;
      assert.ok(!plain(declared.props).includes(stranger.id), `${declared.name} names ${stranger.name}`);
    }
  });

  it("knows every input at preview but the id of the key that AWS makes up, and hides what Kubernetes calls secret", () => {
    const unknown = custom.flatMap(({ name, props }) =>
      Object.entries(props)
        .filter(([, value]) => JSON.stringify(value)?.includes("Calling [toJSON] on an [Output"))
        .map(([property]) => `${name}.${property}`),
    );
    assert.deepEqual(unknown.sort(), [
      "acme-alias.targetKeyId",
      "acme-backup-credential.data",
      "acme-eu-alias.targetKeyId",
      "acme-eu-backup-credential.data",
    ]);
  });
});

describe("the quota of a standard tenant (R34)", () => {
  it("counts all this", async () => {
    const graph = await declare([tenantOf("standard")]);
    const { spec } = graph.find(({ name }) => name === "acme-quota")?.props as { spec: { hard: unknown } };
    assert.deepEqual(spec.hard, {
      "requests.cpu": "4",
      "requests.memory": "8Gi",
      "limits.cpu": "8",
      "limits.memory": "16Gi",
      "requests.ephemeral-storage": "20Gi",
      "limits.ephemeral-storage": "20Gi",
      "requests.storage": "100Gi",
      pods: "50",
      "count/pods": "100",
      persistentvolumeclaims: "10",
      services: "20",
      "services.loadbalancers": "0",
      "services.nodeports": "0",
      secrets: "50",
      configmaps: "50",
      "count/jobs.batch": "50",
      "count/cronjobs.batch": "10",
      "count/deployments.apps": "50",
      "count/statefulsets.apps": "50",
      "count/daemonsets.apps": "50",
      "count/replicasets.apps": "600",
      "count/horizontalpodautoscalers.autoscaling": "50",
      "count/networkpolicies.networking.k8s.io": "26",
      "count/poddisruptionbudgets.policy": "51",
      "count/ingresses.networking.k8s.io": "20",
      "count/httproutes.gateway.networking.k8s.io": "20",
      "count/grpcroutes.gateway.networking.k8s.io": "20",
      "count/externalsecrets.external-secrets.io": "50",
      "count/serviceaccounts": "56",
      replicationcontrollers: "0",
      resourcequotas: "2",
    });
  });
});

describe("the declared graph of each tier", () => {
  for (const tier of tierNames) {
    it(`of ${tier} is the one on file`, async () => {
      const graph = await declare([tenantOf(tier)]);
      assertGolden(`tenant-${tier}`, graph);
    });
  }
});

function namespaceOf(props: Record<string, unknown>): string | undefined {
  return (props["metadata"] as { namespace?: string }).namespace;
}

function plain(props: Record<string, unknown>): string {
  return JSON.stringify(props, (_, value: unknown) =>
    typeof value === "object" && value && "apply" in value ? null : value,
  );
}
