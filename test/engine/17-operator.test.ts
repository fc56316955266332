/** What the operator may do in the cluster, and what it may not: each refusal by its sentence (R1, R4). */

import assert from "node:assert/strict";
import { v7 as uuid } from "uuid";
import { ask, asServiceAccount, standing, tenantId } from "./fixture";
import { pod, type Ask } from "./kubernetes";
import { workload } from "./scheduling";

const ACME = "/api/v1/namespaces/tenant-acme";
const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-acme";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/tenant-acme/deployments";
/** As of now: a grant that is over is refused for that. */
const UUID = uuid();

const token = (namespace: string, name: string) =>
  `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
const tokenRequest = (expirationSeconds = 600) => ({
  apiVersion: "authentication.k8s.io/v1",
  kind: "TokenRequest",
  spec: { expirationSeconds },
});
const binding = (name: string, role: string, subject: object) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
  metadata: { name },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects: [subject],
});
const deployment = {
  ...workload("apps/v1", "Deployment", { replicas: 0 }),
  metadata: { name: "operated", finalizers: ["tenantry.test/held"] },
};

describe("the operator in the live cluster", () => {
  let operator: Ask;

  before(async function () {
    this.timeout(600_000);
    await standing();
    operator = await asServiceAccount("tenantry-system", "operator");
    const { status, message } = await ask("POST", DEPLOYMENTS, deployment);
    assert.equal(status, 201, message);
  });

  after(async () => {
    await ask("PATCH", `${DEPLOYMENTS}/operated`, { metadata: { finalizers: null } });
    await ask("DELETE", `${DEPLOYMENTS}/operated`);
  });

  for (const [what, method, path, body] of [
    ["mints a tenant's token", "POST", token("tenant-acme", "tenant-view"), tokenRequest()],
    ["mints a workload's token", "POST", token("tenant-acme", "workload"), tokenRequest()],
    ["reads who there is", "GET", "/api/v1/namespaces", undefined],
    ["lists pods", "GET", `${ACME}/pods`, undefined],
    ["removes pods", "DELETE", `${ACME}/pods`, undefined],
    [
      "scales",
      "PATCH",
      `${DEPLOYMENTS}/operated`,
      { spec: { replicas: 0 }, metadata: { annotations: { a: "b" } } },
    ],
    ["takes a finalizer away", "PATCH", `${DEPLOYMENTS}/operated`, { metadata: { finalizers: null } }],
  ] as const) {
    it(what, async () => {
      const { status, message } = await operator(method, path, body);
      assert.ok(status < 300, `${status} ${message}`);
    });
  }

  it("renews an access account", async () => {
    const path = `${ACME}/serviceaccounts/tenant-view`;
    const { body } = await operator("GET", path);
    const { labels, annotations } = body["metadata"] as Record<string, object>;
    const account = {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "tenant-view", labels, annotations },
    };
    const gone = await operator("DELETE", path);
    assert.equal(gone.status, 200, gone.message);
    const made = await operator("POST", `${ACME}/serviceaccounts`, {
      ...account,
      automountServiceAccountToken: false,
    });
    assert.equal(made.status, 201, made.message);
    assert.equal((labels as Record<string, string>)["tenant"], tenantId("acme"));
  });

  const forbidden = /is forbidden: User "system:serviceaccount:tenantry-system:operator" cannot/;
  const template = {
    spec: { template: { spec: pod("work", {}, { image: "registry.example.com/evil:1" }).spec } },
  };
  for (const [what, method, path, body, sentence] of [
    ["read a Secret", "GET", `${ACME}/secrets`, undefined, forbidden],
    ["open a shell", "POST", `${ACME}/pods/web/exec?command=sh`, undefined, forbidden],
    ["change a quota", "PATCH", `${ACME}/resourcequotas/tenant-quota`, { spec: {} }, forbidden],
    ["mint in kube-system", "POST", token("kube-system", "default"), tokenRequest(), forbidden],
    ["mint a token of its own", "POST", token("tenantry-system", "operator"), tokenRequest(), forbidden],
    [
      "mint as the reader of secrets",
      "POST",
      token("tenant-acme", "external-secrets"),
      tokenRequest(),
      /the operator mints tokens of/,
    ],
    [
      "mint for two days",
      "POST",
      token("tenant-acme", "tenant-view"),
      tokenRequest(172_800),
      /it would last longer than 86400 seconds/,
    ],
    [
      "change what runs",
      "PATCH",
      `${DEPLOYMENTS}/operated`,
      template,
      /the operator changes annotations, finalizers and/,
    ],
    [
      "remove a default deny",
      "DELETE",
      "/apis/networking.k8s.io/v1/namespaces/tenant-acme/networkpolicies/default-deny",
      undefined,
      /a tenant list made it/,
    ],
    [
      "remove the workload account",
      "DELETE",
      `${ACME}/serviceaccounts/workload`,
      undefined,
      /the operator renews/,
    ],
    [
      "unbind people",
      "DELETE",
      `${RBAC}/rolebindings/tenant-admin`,
      undefined,
      /a tenant list made it|binds and unbinds break-glass grants alone/,
    ],
    [
      "bind tenant-admin to itself",
      "POST",
      `${RBAC}/rolebindings`,
      binding(`tenant-pentest-${UUID}`, "tenant-admin", {
        kind: "ServiceAccount",
        name: "operator",
        namespace: "tenantry-system",
      }),
      /is forbidden: .*attempting to grant RBAC permissions not currently held|a grant binds the ClusterRole/,
    ],
    ["delete a namespace", "DELETE", ACME, undefined, forbidden],
    ["list pods of kube-system", "GET", "/api/v1/namespaces/kube-system/pods", undefined, forbidden],
  ] as const) {
    it(`may not ${what}`, async () => {
      const { status, message } = await operator(method, path, body);
      assert.equal(status, 403, `${status} ${message}`);
      assert.match(message, sentence);
    });
  }
});
