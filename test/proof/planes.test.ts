/** The read-back of the deeper planes: nothing amiss in what the components declare, and each loosening has its sentence. */

import assert from "node:assert/strict";
import { declareTenants } from "../../components/tenant-list";
import type { Tenant } from "../../model/tenant";
import { itemsOf, type LiveObject } from "../../proof/documents";
import { Ledger } from "../../proof/ledger";
import { judgeBudget } from "../../proof/live/budget";
import { judgeDelivery } from "../../proof/live/delivery";
import { judgeHosts } from "../../proof/live/hosts";
import { judgeNamedEgress } from "../../proof/live/named-egress";
import { says } from "../../proof/live/subset";
import { judgeWall } from "../../proof/live/wall";
import { trustsOwnAccountsOnly } from "../../proof/live/workload-role";
import { statementsOf } from "../../proof/live/policy";
import { equipped, neighbour, tenantOf } from "../components/fixtures";
import { graphOf, type Declared } from "../components/graph";
import { sentences } from "./live";

const network = {
  ...tenantOf("standard").network,
  names: [
    {
      host: "api.stripe.com",
      ports: [
        { port: 443, protocol: "TCP" as const },
        { port: 8000, endPort: 8010, protocol: "TCP" as const },
      ],
    },
  ],
  hosts: ["shop.acme.example"],
};
const acme = tenantOf("standard", { network });
const [home] = acme.namespaces;
assert.ok(home);
type Spec = Record<string, unknown>;
type Judge = (live: readonly LiveObject[], ledger: Ledger) => void;

/** The declared objects of those kinds, as the API server would list them. */
function listOf(graph: readonly Declared[], ...kinds: string[]): LiveObject[] {
  const items = graph
    .filter(({ type, props }) => kinds.includes((props["kind"] ?? type.split(":").at(-1)) as string))
    .map(({ props }) => JSON.parse(JSON.stringify(props)) as unknown);
  return itemsOf({ items });
}

const graph = (platform = equipped(), tenant: Tenant = acme) =>
  graphOf(() => declareTenants([tenant], platform, []));

function found(judge: Judge, live: readonly LiveObject[]): string[] {
  const ledger = new Ledger();
  judge(live, ledger);
  assert.ok(ledger.checked > 0);
  return sentences(ledger);
}

/** The same object with a spoilt spec. */
function spoilt(live: readonly LiveObject[], change: (spec: Spec) => void): LiveObject[] {
  const copy = structuredClone([...live]);
  change(copy[0]?.["spec"] as Spec);
  return copy;
}

describe("the read-back of egress by name", () => {
  for (const cni of ["cilium", "calico-enterprise"] as const) {
    const platform = equipped({ cni });
    const kind = cni === "cilium" ? "CiliumNetworkPolicy" : "Calico NetworkPolicy";
    const judge: Judge = (live, ledger) => judgeNamedEgress(acme, home, platform, live, ledger);
    const AMISS = `acme: network: ${kind} tenant-acme/allow-names opens more than the listed DNS names`;
    let live: LiveObject[];

    before(async () => {
      live = listOf(await graph(platform), cni === "cilium" ? "CiliumNetworkPolicy" : "NetworkPolicy").filter(
        ({ metadata }) => metadata.name === "allow-names",
      );
      assert.equal(live.length, 1);
    });

    it(`finds nothing amiss with ${cni}`, () => assert.deepEqual(found(judge, live), []));
    it(`finds it missing with ${cni}`, () =>
      assert.deepEqual(found(judge, []), [`acme: network: ${kind} tenant-acme/allow-names is missing`]));
    it(`finds a way in with ${cni}`, () =>
      assert.deepEqual(
        found(
          judge,
          spoilt(live, (spec) => (spec["ingress"] = [{}])),
        ),
        [AMISS],
      ));
    it(`finds a policy that is not ours with ${cni}`, () => {
      const other = itemsOf({
        items: [{ metadata: { name: "more", namespace: "tenant-acme" }, spec: { egress: [{}] } }],
      });
      const opens = cni === "cilium" ? [{}] : [{ action: "Allow" }];
      (other[0]?.["spec"] as Spec)["egress"] = opens;
      assert.deepEqual(found(judge, [...live, ...other]), [AMISS.replace("allow-names", "more")]);
    });
  }

  it("finds another name, another port and every name, with Cilium", async () => {
    const platform = equipped();
    const judge: Judge = (live, ledger) => judgeNamedEgress(acme, home, platform, live, ledger);
    const live = listOf(await graph(platform), "CiliumNetworkPolicy");
    const rule = (spec: Spec) => (spec["egress"] as Spec[])[1] ?? {};
    for (const change of [
      (spec: Spec) => (rule(spec)["toFQDNs"] = [{ matchName: "evil.example" }]),
      (spec: Spec) => (rule(spec)["toFQDNs"] = [{ matchPattern: "*" }]),
      (spec: Spec) => (rule(spec)["toPorts"] = [{ ports: [{ port: "22", protocol: "TCP" }] }]),
      (spec: Spec) => (rule(spec)["toPorts"] = []),
      (spec: Spec) => (rule(spec)["toCIDR"] = ["0.0.0.0/0"]),
      (spec: Spec) => (rule(spec)["toEntities"] = ["world"]),
      (spec: Spec) => delete rule(spec)["toFQDNs"],
    ]) {
      assert.equal(found(judge, spoilt(live, change)).length, 1, String(change));
    }
  });
});

describe("the read-back of the wall", () => {
  for (const adminNetworkPolicy of ["AdminNetworkPolicy", "ClusterNetworkPolicy"] as const) {
    const platform = equipped({ adminNetworkPolicy });
    const judge: Judge = (live, ledger) => judgeWall(acme, platform, live, ledger);

    it(`finds nothing amiss, and each breach, with ${adminNetworkPolicy}`, async () => {
      const live = listOf(await graph(platform), adminNetworkPolicy);
      const object = `acme: network: ${adminNetworkPolicy} tenant-acme`;
      const breach = `${object} does not deny every other tenant in both directions`;
      assert.deepEqual(found(judge, live), []);
      assert.deepEqual(found(judge, []), [`${object} is missing`]);
      const first = (spec: Spec, side: string) => (spec[side] as Spec[])[0] ?? {};
      for (const change of [
        (spec: Spec) => (first(spec, "ingress")["action"] = "Allow"),
        (spec: Spec) => (spec["egress"] = []),
        (spec: Spec) => (spec["subject"] = { namespaces: { matchLabels: { tenant: "another" } } }),
        (spec: Spec) => (spec["ingress"] as unknown[]).unshift({ action: "Allow", from: [] }),
      ]) {
        assert.deepEqual(found(judge, spoilt(live, change)), [breach], String(change));
      }
    });
  }
});

describe("the read-back of the tenant's hosts", () => {
  const platform = equipped();
  const judge: Judge = (live, ledger) => judgeHosts(acme, platform, live, ledger);
  const object = "acme: gateway: ListenerSet tenant-gateway/tenant-acme";

  it("finds nothing amiss, a missing set, another host and a stranger's routes", async () => {
    const live = listOf(await graph(), "ListenerSet");
    assert.deepEqual(found(judge, live), []);
    assert.deepEqual(found(judge, []), [`${object} serves nothing instead of shop.acme.example`]);
    const first = (spec: Spec) => (spec["listeners"] as Spec[])[0] ?? {};
    assert.deepEqual(
      found(
        judge,
        spoilt(live, (spec) => (first(spec)["hostname"] = "shop.globex.example")),
      ),
      [`${object} serves shop.globex.example instead of shop.acme.example`],
    );
    for (const namespaces of [{ from: "All" }, { from: "Selector", selector: {} }, undefined]) {
      assert.deepEqual(
        found(
          judge,
          spoilt(live, (spec) => (first(spec)["allowedRoutes"] = namespaces && { namespaces })),
        ),
        [`${object} takes routes of others than the tenant's namespaces`],
      );
    }
  });

  it("finds another's listener on a host of this tenant", async () => {
    const live = listOf(await graph(), "ListenerSet");
    const thief = itemsOf({
      items: [
        {
          metadata: { name: "thief", namespace: "tenant-gateway" },
          spec: { listeners: [{ name: "x", hostname: "shop.acme.example" }] },
        },
      ],
    });
    assert.deepEqual(found(judge, [...live, ...thief]), [
      "acme: gateway: ListenerSet tenant-gateway/thief serves shop.acme.example, which is this tenant's",
    ]);
  });
});

describe("the read-back of the delivery of secrets", () => {
  const platform = equipped();
  const inAws = tenantOf("standard", {
    secrets: { ...acme.secrets, engine: "aws-secrets-manager", names: ["app"] },
  });
  const judgeOf =
    (tenant: Tenant): Judge =>
    (live, ledger) =>
      judgeDelivery(
        tenant,
        home,
        platform,
        {
          serviceaccounts: live.filter(({ kind }) => kind !== "SecretStore"),
          secretstores: live.filter(({ kind }) => kind === "SecretStore"),
        },
        ledger,
      );
  const AMISS =
    "acme: secrets: SecretStore tenant-acme/tenant-secrets leads elsewhere than to the tenant's own secrets";

  for (const tenant of [acme, inAws]) {
    it(`finds nothing amiss with ${tenant.secrets.engine}, and a store that leads elsewhere`, async () => {
      const live = listOf(await graph(platform, tenant), "ServiceAccount", "SecretStore");
      const judge = judgeOf(tenant);
      assert.deepEqual(found(judge, live), []);
      const store = live.filter(({ kind }) => kind === "SecretStore");
      const rest = live.filter(({ kind }) => kind !== "SecretStore");
      const engine = tenant.secrets.engine === "vault" ? "vault" : "aws";
      const provider = (spec: Spec) => (spec["provider"] as Record<string, Spec>)[engine] ?? {};
      const foreign =
        engine === "vault" ? { namespace: neighbour.id } : { prefix: `tenantry/${neighbour.id}/` };
      const moved = spoilt(store, (spec) => Object.assign(provider(spec), foreign));
      assert.deepEqual(found(judge, [...rest, ...moved]), [AMISS]);
      const other = spoilt(store, (spec) => (provider(spec)["auth"] = { tokenSecretRef: { name: "x" } }));
      assert.deepEqual(found(judge, [...rest, ...other]), [AMISS]);
      const second = structuredClone(store);
      (second[0]?.metadata as { name: string }).name = "second";
      assert.deepEqual(found(judge, [...live, ...second]), [AMISS.replace("tenant-secrets", "second")]);
    });
  }

  it("finds a ServiceAccount with another tenant's role", async () => {
    const live = listOf(await graph(platform), "ServiceAccount", "SecretStore");
    const role = `arn:aws:iam::123456789012:role/tenantry-${neighbour.id}-workload`;
    const account = live.find(({ metadata }) => metadata.name === "workload");
    Object.assign(account?.metadata.annotations ?? {}, { "eks.amazonaws.com/role-arn": role });
    assert.deepEqual(found(judgeOf(acme), live), [
      `acme: secrets: ServiceAccount tenant-acme/workload takes on ${role}, which is not the tenant's role`,
    ]);
  });
});

describe("the read-back of the disruption budget", () => {
  it("finds nothing amiss, and one that guards nothing", async () => {
    const judge: Judge = (live, ledger) => judgeBudget(acme, home, live, ledger);
    const live = listOf(await graph(), "PodDisruptionBudget");
    assert.deepEqual(found(judge, live), []);
    assert.equal(found(judge, []).length, 1);
    assert.deepEqual(
      found(
        judge,
        spoilt(live, (spec) => (spec["maxUnavailable"] = "100%")),
      ),
      [
        "acme: fairness: PodDisruptionBudget tenant-acme/tenant-default protects other pods, or another share of them, than declared",
      ],
    );
  });
});

describe("who may take on the workload role", () => {
  for (const workloadIdentity of ["irsa", "pod-identity"] as const) {
    it(`is nobody but the tenant's ServiceAccounts, with ${workloadIdentity}`, async () => {
      const platform = equipped({}, { aws: { ...equipped().aws, workloadIdentity } });
      const declared = await graph(platform);
      const role = declared.find(({ name }) => name === "acme-workload-role");
      const trust = () => statementsOf(String(role?.props["assumeRolePolicy"]));
      const holds = (change: (statement: Record<string, unknown>) => void) => {
        const statements = trust();
        change(statements[0] as unknown as Record<string, unknown>);
        return trustsOwnAccountsOnly(statements, acme, platform);
      };
      assert.ok(holds(() => undefined));
      assert.ok(!holds((statement) => delete statement["Condition"]));
      assert.ok(!holds((statement) => (statement["Principal"] = { AWS: "*" })));
      assert.ok(!holds((statement) => (statement["Action"] = "sts:*")));
      const equals = (statement: Record<string, unknown>) =>
        (statement["Condition"] as { StringEquals: Record<string, unknown> }).StringEquals;
      for (const key of Object.keys(equals(trust()[0] as unknown as Record<string, unknown>))) {
        assert.ok(!holds((statement) => delete equals(statement)[key]), key);
        assert.ok(!holds((statement) => (equals(statement)[key] = "*")), key);
      }
      assert.ok(!trustsOwnAccountsOnly(trust(), tenantOf("standard", neighbour), platform));
      assert.ok(!trustsOwnAccountsOnly([], acme, platform));
    });
  }
});

describe("one document that says what another does", () => {
  it("may say more in objects, and not in lists", () => {
    assert.ok(says({ a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }));
    assert.ok(!says({ a: [{ b: 1 }, { b: 1 }] }, { a: [{ b: 1 }] }));
    assert.ok(!says({ a: [] }, { a: [{ b: 1 }] }));
    assert.ok(!says({}, { a: 1 }));
    assert.ok(!says(undefined, { a: 1 }));
  });
});
