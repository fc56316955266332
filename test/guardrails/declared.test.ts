/** The platform's own objects in a tenant's namespaces keep the rules too: nothing there waits for an exception. */

import assert from "node:assert/strict";
import { declareTenants } from "../../components/tenant-list";
import { judgeOf } from "../../guardrails/preview";
import type { Document } from "../../guardrails/rule";
import { guardrails } from "../../guardrails/rules";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import { equipped, tenantOf } from "../components/fixtures";
import { graphOf } from "../components/graph";

const NAMESPACE = "tenant-acme";
const tenant = tenantOf("standard", {
  network: {
    egress: [
      { cidr: "203.0.113.0/24", except: ["203.0.113.8/29"], ports: [{ port: 443, protocol: "TCP" }] },
      {
        cidr: "2001:db8::/32",
        except: [],
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 8000, endPort: 8100, protocol: "TCP" },
        ],
      },
    ],
    names: [{ host: "api.stripe.com", ports: [{ port: 443, protocol: "TCP" }] }],
    hosts: ["shop.acme.example"],
  },
});

/** What a run declares inside the tenant's namespace, and the namespace. */
async function declaredInside(platform: Platform): Promise<{ objects: Document[]; namespace: Document }> {
  const graph = await graphOf(() => declareTenants([tenant], platform, []));
  const objects = graph.map(({ props }) => props).filter(({ metadata }) => metadata !== undefined);
  const meta = ({ metadata }: Document) => metadata as { name: string; namespace?: string };
  const namespace = objects.find((object) => object["kind"] === "Namespace") ?? {};
  const labels = { ...(namespace["metadata"] as { labels: object }).labels };
  return {
    objects: objects.filter((object) => meta(object).namespace === NAMESPACE),
    namespace: {
      ...namespace,
      metadata: { ...meta(namespace), labels: { ...labels, "kubernetes.io/metadata.name": NAMESPACE } },
    },
  };
}

describe("what the provisioner declares in a tenant's namespace", () => {
  for (const cni of ["cilium", "calico-enterprise"] as const) {
    it(`is let through by every rule, with ${cni}`, async () => {
      const platform = equipped({ cni });
      const { objects, namespace } = await declaredInside(platform);
      assert.ok(objects.length > 10, `only ${objects.length} objects`);
      const by = {
        username: `system:serviceaccount:${platform.cluster.provisionerNamespace}:${names.PROVISIONER}`,
        groups: ["system:serviceaccounts", "system:authenticated"],
      };
      const refusals = guardrails(platform)
        .map((rule) => judgeOf(rule, platform))
        .flatMap(({ judge }) => objects.map((object) => judge({ object, by, namespace })));
      assert.deepEqual(
        refusals.filter((refusal) => refusal !== undefined),
        [],
      );
    });
  }

  it("is held to the tenant's file like a policy of the tenant's own", async () => {
    const platform = equipped();
    const { objects, namespace } = await declaredInside(platform);
    const egress = objects.find(({ metadata }) => (metadata as { name: string }).name === "allow-egress");
    const { annotations, ...metadata } = namespace["metadata"] as { annotations: Record<string, string> };
    const elsewhere = { ...annotations, "tenantry.dev/egress": "198.51.100.0/24|443/TCP|" };
    const refusals = guardrails(platform)
      .map((rule) => judgeOf(rule, platform))
      .map(({ judge }) =>
        judge({
          object: egress ?? {},
          by: { username: "ada@example.com", groups: [] },
          namespace: { ...namespace, metadata: { ...metadata, annotations: elsewhere } },
        }),
      );
    assert.deepEqual(
      refusals.flatMap((refusal) => refusal?.split(".")[0] ?? []),
      [
        "NetworkPolicy allow-egress: it lets out to 203",
        "NetworkPolicy allow-egress: it bears the platform's label tenantry",
      ],
    );
  });
});
