/**
 * What stands with every guardrail set aside: RBAC, Pod Security, quota and limits each refuse by themselves (R30). That the
 * guardrails stand with those set aside, 13-guardrails.test.ts shows.
 */

import assert from "node:assert/strict";
import { guardrails } from "../../guardrails/rules";
import { asGroup, standing } from "./fixture";
import { pod, type Ask } from "./kubernetes";
import { guardedPlatform, setAside, takeBack } from "./rules";

const ACME = "/api/v1/namespaces/tenant-acme";
const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-acme";
const dry = (path: string) => `${path}?dryRun=All`;

const service = (spec: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "opened" },
  spec: { ports: [{ port: 80 }], ...spec },
});

describe("with every guardrail set aside (R30)", () => {
  let admin: Ask;
  const rules = () => guardrails(guardedPlatform());

  before(async function () {
    this.timeout(600_000);
    await standing();
    admin = await asGroup("alice", "acme-admins");
    await setAside(rules());
  });

  after(() => takeBack(rules()));

  const privileged = { securityContext: { privileged: true } };
  const refusals: [layer: string, what: string, path: string, body: object, sentence: RegExp][] = [
    [
      "Pod Security",
      "a privileged pod",
      `${ACME}/pods`,
      pod("p", {}, privileged),
      /violates PodSecurity .*privileged/,
    ],
    [
      "Pod Security",
      "a host path",
      `${ACME}/pods`,
      pod("p", { volumes: [{ name: "host", hostPath: { path: "/" } }] }),
      /violates PodSecurity .*restricted volume types? .*hostPath/,
    ],
    [
      "Pod Security",
      "the host's network",
      `${ACME}/pods`,
      pod("p", { hostNetwork: true }),
      /violates PodSecurity .*host namespaces \(hostNetwork=true\)/,
    ],
    [
      "the quota",
      "a load balancer",
      `${ACME}/services`,
      service({ type: "LoadBalancer" }),
      /exceeded quota: tenant-quota, requested: services\.loadbalancers=1.*limited: services\.loadbalancers=0/,
    ],
    [
      "the quota",
      "a node port",
      `${ACME}/services`,
      service({ type: "NodePort" }),
      /exceeded quota: tenant-quota, requested: services\.nodeports=1.*limited: services\.nodeports=0/,
    ],
    [
      "the quota",
      "another tier's priority",
      `${ACME}/pods`,
      pod("p", { priorityClassName: "tenant-dedicated" }),
      /exceeded quota: foreign-priority, requested: pods=1, used: pods=0, limited: pods=0/,
    ],
    [
      "the limits",
      "a container larger than the tier's",
      `${ACME}/pods`,
      pod("p", {}, { resources: { limits: { cpu: "5", memory: "64Mi" } } }),
      /maximum cpu usage per Container is 4, but limit is 5/,
    ],
    [
      "RBAC",
      "a RoleBinding",
      `${RBAC}/rolebindings`,
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "more" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      },
      /User "alice" cannot create resource "rolebindings"/,
    ],
    [
      "RBAC",
      "a Secret",
      `${ACME}/secrets`,
      { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } },
      /User "alice" cannot create resource "secrets"/,
    ],
  ];
  for (const [layer, what, path, body, sentence] of refusals) {
    it(`${layer} refuses ${what}`, async () => {
      const { status, message } = await admin("POST", dry(path), body);
      assert.match(message, sentence);
      assert.equal(status, 403);
    });
  }

  it("what none of them is against goes through, refused pods' twin included", async () => {
    for (const [path, body] of [
      [`${ACME}/pods`, pod("p")],
      [`${ACME}/services`, service({})],
    ] as const) {
      const { status, message } = await admin("POST", dry(path), body);
      assert.equal(status, 201, message);
    }
  });

  it("the placement policies still pin a pod that asks for other nodes", async () => {
    const spec = { nodeSelector: { "tenant-tier": "sensitive" }, tolerations: [{ operator: "Exists" }] };
    const { status, message, body } = await admin("POST", dry(`${ACME}/pods`), pod("p", spec));
    assert.equal(status, 201, message);
    const { nodeSelector } = body["spec"] as { nodeSelector: Record<string, string> };
    assert.equal(nodeSelector["tenant-tier"], "standard");
  });
});
