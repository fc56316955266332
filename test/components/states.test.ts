/** What the program declares of a tenant in each state of its life: parts come and go, and none is replaced (R89, R90). */

import assert from "node:assert/strict";
import { declareTenants } from "../../components/tenant-list";
import { stateNames, type State } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { Tenant } from "../../model/tenant";
import { equipped, tenantOf } from "./fixtures";
import { graphOf, type Declared } from "./graph";

const vault: Partial<Tenant> = {
  network: {
    ...tenantOf("sensitive").network,
    names: [{ host: "api.stripe.com", ports: [{ port: 443, protocol: "TCP" }] }],
    hosts: ["shop.acme.example"],
    podCidr: "10.128.0.0/24",
  },
  pool: { name: "dedicated", own: true },
};
const inAws: Partial<Tenant> = {
  ...vault,
  secrets: { ...tenantOf("sensitive").secrets, engine: "aws-secrets-manager", names: ["app"] },
};

function declared(state: State, engine = vault, legalHold = false): Promise<Declared[]> {
  const lifecycle = { state, legalHold, retentionDays: 90 };
  const dated = state === "retained" ? { ...lifecycle, retainUntil: "2027-01-31" } : lifecycle;
  const tenant = tenantOf("sensitive", { ...engine, lifecycle: dated });
  return graphOf(() => declareTenants([tenant], equipped(), []));
}

const custom = (graph: readonly Declared[]) => graph.filter((resource) => resource.custom);
/** What the engine tells resources apart by; a component's type is part of its children's. */
const identity = ({ type, name, opts }: Declared) =>
  `${type} ${name} in ${String(opts.parent?.constructor.name)}`;
const ofKind = (graph: readonly Declared[], kind: RegExp) =>
  custom(graph)
    .filter(({ type }) => kind.test(type))
    .map(({ name }) => name);

describe("the states of a tenant", () => {
  for (const [engine, changes] of [
    ["vault", vault],
    ["aws-secrets-manager", inAws],
  ] as const) {
    describe(`with the engine ${engine}`, () => {
      const graphs = new Map<State, Declared[]>();

      before(async () => {
        for (const state of stateNames) {
          graphs.set(state, await declared(state, changes));
        }
      });

      const graph = (state: State) => graphs.get(state) ?? [];
      const identities = (state: State) => custom(graph(state)).map(identity);

      it("take away, and add nothing but the denial", () => {
        const beyond = (state: State, from: State) =>
          identities(state).filter((one) => !identities(from).includes(one));
        const denial = ["aws:iam/rolePolicy:RolePolicy acme-workload-shut in WorkloadIdentity"];
        assert.deepEqual(beyond("suspended", "active"), denial);
        assert.deepEqual(identities("offboarding"), identities("suspended"));
        assert.deepEqual(beyond("retained", "offboarding"), []);
        assert.deepEqual(beyond("retained", "active"), []);
      });

      it("change of what stays nothing that would replace it", () => {
        const REPLACES = ["name", "path", "metadata.name", "metadata.namespace", "role", "roleName", "type"];
        const fixed = (resource: Declared) =>
          REPLACES.map((path) => {
            const value = path
              .split(".")
              .reduce<unknown>(
                (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
                resource.props,
              );
            return `${path}=${String(value)}`;
          }).join();
        const before = new Map(custom(graph("active")).map((one) => [identity(one), fixed(one)]));
        for (const state of stateNames) {
          for (const resource of custom(graph(state)).filter((one) => before.has(identity(one)))) {
            assert.equal(fixed(resource), before.get(identity(resource)), `${state}: ${resource.name}`);
          }
        }
      });

      it("leave a tenant that does not run no binding, no account with rights and no way in", () => {
        for (const state of ["suspended", "offboarding"] as const) {
          assert.deepEqual(
            ofKind(graph(state), /:RoleBinding$/).filter((name) => !name.endsWith("-operator")),
            [],
          );
          assert.deepEqual(ofKind(graph(state), /:ServiceAccount$/), ["acme-workload"]);
          assert.deepEqual(ofKind(graph(state), /:SecretStore$/), []);
          assert.deepEqual(ofKind(graph(state), /^vault:(appRole|kubernetes|index\/(auth|policy))/), []);
        }
        assert.equal(ofKind(graph("active"), /:RoleBinding$/).length >= 4, true);
      });

      it("keep every guardrail of a tenant that does not run", () => {
        const guardrails = /:(Namespace|ResourceQuota|LimitRange|PodDisruptionBudget|NetworkPolicy)$|cilium/i;
        const active = ofKind(graph("active"), guardrails);
        assert.ok(active.length >= 10, active.join());
        assert.deepEqual(ofKind(graph("suspended"), guardrails), active);
        assert.deepEqual(ofKind(graph("offboarding"), guardrails), active);
      });

      it("deny the role of the workloads everything, until after its own rights are gone", () => {
        const role = names.workloadRoleName(tenantOf("sensitive").id);
        const shut = graph("suspended").find(({ name }) => name === "acme-workload-shut");
        assert.deepEqual([shut?.props["role"], shut?.props["name"]], [role, "shut"]);
        const { Statement } = JSON.parse(shut?.props["policy"] as string) as { Statement: unknown };
        assert.deepEqual(Statement, [{ Sid: "NotRunning", Effect: "Deny", Action: "*", Resource: "*" }]);
        const own = graph("suspended").find(({ name }) => name === "acme-workload-secrets");
        const before = [own?.opts.dependsOn ?? []].flat();
        assert.equal(before.includes(shut?.resource as never), engine === "aws-secrets-manager");
      });

      it("leave of a retained tenant its data, protected, and nothing else", () => {
        const data =
          engine === "vault"
            ? ["acme-key", "acme-alias", "acme-vault", "acme-kv"]
            : ["acme-key", "acme-alias", "acme-secret--app", "acme-secret--app-policy"];
        const left = custom(graph("retained")).filter(({ type }) => !type.startsWith("pulumi:"));
        assert.deepEqual(
          left.map(({ name }) => name),
          data,
        );
        for (const { name, opts } of left.filter(({ name }) => !name.endsWith("-policy"))) {
          assert.equal(opts.protect, true, name);
        }
      });

      it("let nobody use the key of a retained tenant", () => {
        const policyOf = (state: State) => {
          const key = graph(state).find(({ name }) => name === "acme-key");
          return (JSON.parse(key?.props["policy"] as string) as { Statement: { Sid: string }[] }).Statement;
        };
        assert.deepEqual(
          policyOf("retained").map(({ Sid }) => Sid),
          ["AccountAdministersButDoesNotUse"],
        );
        assert.deepEqual(policyOf("suspended"), policyOf("active"));
      });

      it("free the namespaces of a tenant that leaves, and none before", () => {
        const protectedOnes = (state: State) =>
          custom(graph(state)).flatMap(({ type, name, opts }) =>
            opts.protect === true ? [`${type.split(":").at(-1)} ${name}`] : [],
          );
        assert.ok(protectedOnes("suspended").includes("Namespace acme"));
        assert.deepEqual(
          protectedOnes("suspended").filter((one) => !protectedOnes("offboarding").includes(one)),
          ["Namespace acme"],
        );
      });
    });
  }

  it("leave room for no pod, and for what holds data", async () => {
    const quota = (await declared("suspended")).find(({ name }) => name === "acme-quota");
    const { hard } = quota?.props["spec"] as { hard: Record<string, string> };
    const closed = Object.keys(hard).filter((key) => hard[key] === "0");
    assert.deepEqual(closed.sort(), [
      "count/cronjobs.batch",
      "count/daemonsets.apps",
      "count/deployments.apps",
      "count/horizontalpodautoscalers.autoscaling",
      "count/jobs.batch",
      "count/pods",
      "count/replicasets.apps",
      "count/statefulsets.apps",
      "pods",
      "replicationcontrollers",
      "services.loadbalancers",
      "services.nodeports",
    ]);
    assert.equal(hard["persistentvolumeclaims"], "10");
  });

  it("import the key and the alias that stand, and make those that do not", async () => {
    const tenant = tenantOf("standard");
    const importsOf = async (found?: { keyId: string; alias?: string }) => {
      const keys = new Map(found && [[tenant.id, found]]);
      const graph = await graphOf(() => declareTenants([tenant], equipped(), [], keys));
      return ["acme-key", "acme-alias"].map((name) => graph.find((one) => one.name === name)?.opts.import);
    };
    const alias = names.keyAlias(tenant.id);
    assert.deepEqual(await importsOf(), [undefined, undefined]);
    assert.deepEqual(await importsOf({ keyId: "k-1" }), ["k-1", undefined]);
    assert.deepEqual(await importsOf({ keyId: "k-1", alias }), ["k-1", alias]);
  });

  it("protect the data of a tenant under a legal hold, whatever its tier", async () => {
    const free: Partial<Tenant> = { ...vault, deletionProtection: false };
    const held = custom(await declared("active", free, true)).filter(({ opts }) => opts.protect === true);
    assert.deepEqual(
      held.map(({ name }) => name),
      ["acme-key", "acme-alias", "acme-vault", "acme-kv"],
    );
  });
});
