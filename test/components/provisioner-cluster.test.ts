import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import { ProvisionerCluster } from "../../components/provisioner-cluster";
import { equipped, platform } from "./fixtures";
import { assertGolden } from "./golden";
import { dependencies, graphOf, type Declared } from "./graph";

const declare = (of = equipped()) =>
  graphOf(() => {
    const provider = new kubernetes.Provider("cluster", {});
    const namespace = (name: string) =>
      new kubernetes.core.v1.Namespace(name, { metadata: { name } }, { provider });
    const system = { velero: namespace("velero"), "tenant-gateway": namespace("tenant-gateway") };
    new ProvisionerCluster("provisioner", { platform: of, system }, { provider });
  });

const propsOf = ({ props }: Declared) =>
  props as {
    metadata: { name: string; namespace?: string; labels: Record<string, string> };
    subjects?: Record<string, string>[];
    roleRef?: Record<string, string>;
    rules?: { resources: string[]; verbs: string[]; resourceNames?: string[] }[];
    spec?: { validationActions?: string[]; policyName?: string };
    automountServiceAccountToken?: boolean;
  };

describe("the declared identity of the provisioner in the cluster", () => {
  let graph: Declared[];
  const ofType = (kind: string) => graph.filter(({ type }) => type.endsWith(`:${kind}`));

  before(async () => {
    graph = await declare();
  });

  it("is the one on file", () => assertGolden("provisioner-cluster", graph));

  it("is guarded before it holds any right", () => {
    const bindings = [...ofType("ClusterRoleBinding"), ...ofType("RoleBinding")];
    assert.equal(bindings.length, 3);
    for (const binding of bindings) {
      const kinds = dependencies(binding, graph).map(({ type }) => type.split(":").at(-1));
      assert.ok(kinds.includes("ValidatingAdmissionPolicyBinding"), binding.name);
    }
  });

  it("is refused what the guard refuses, and not only warned (attack A171)", () => {
    const [binding, ...more] = ofType("ValidatingAdmissionPolicyBinding").map(propsOf);
    assert.deepEqual(more, []);
    assert.deepEqual(binding?.spec, {
      policyName: "tenantry-provisioner",
      validationActions: ["Deny"],
    });
  });

  it("is one ServiceAccount and one group, and nobody else", () => {
    for (const binding of [...ofType("ClusterRoleBinding"), ...ofType("RoleBinding")].map(propsOf)) {
      assert.deepEqual(binding.subjects, [
        { kind: "ServiceAccount", name: "provisioner", namespace: "tenantry-system" },
        { kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "tenantry:provisioners" },
      ]);
    }
  });

  it("hands no pod its token, in a namespace where none runs below `restricted`", () => {
    const [account, ...more] = ofType("ServiceAccount").map(propsOf);
    assert.deepEqual(more, []);
    assert.equal(account?.automountServiceAccountToken, false);
    const home = ofType("Namespace")
      .map(propsOf)
      .find(({ metadata }) => metadata.name === "tenantry-system");
    assert.equal(home?.metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
    assert.equal(home?.metadata.labels["tenant"], undefined);
  });

  it("binds by names, and keeps them in the role (R2)", () => {
    const rules = [...ofType("ClusterRole"), ...ofType("Role")].flatMap((role) => propsOf(role).rules ?? []);
    assert.deepEqual(
      rules.filter(({ verbs }) => verbs.includes("bind")).map(({ resourceNames }) => resourceNames),
      [["tenant-admin", "tenant-dev", "tenant-view", "tenant-reconciler", "tenantry-operator"]],
    );
  });

  it("is bound to Roles in the platform's namespaces, which go with those", () => {
    const roles = [...ofType("Role"), ...ofType("RoleBinding")];
    assert.deepEqual(
      roles.map((role) => propsOf(role).metadata.namespace),
      ["velero", "tenant-gateway", "velero", "tenant-gateway"],
    );
    for (const { opts, props } of roles) {
      const within = graph.find(({ resource }) => resource === opts.deletedWith);
      assert.equal(within?.name, (props["metadata"] as { namespace: string }).namespace);
    }
  });

  it("is smaller where the platform has less", async () => {
    graph = await declare(platform);
    const namespaces = ofType("Role").map((role) => propsOf(role).metadata.namespace);
    assert.deepEqual(namespaces, ["velero"]);
  });
});
