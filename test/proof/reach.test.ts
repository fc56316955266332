import assert from "node:assert/strict";
import { Ledger } from "../../proof/ledger";
import type { LiveKinds } from "../../proof/live/kubernetes";
import { judgeReach } from "../../proof/live/reach";
import { neighbour, tenantOf } from "../components/fixtures";
import { clusterOf, declared, sentences, withMore } from "./live";

const acme = tenantOf("standard");

function judged(live: LiveKinds): string[] {
  const ledger = new Ledger();
  judgeReach(acme, live, ledger);
  return sentences(ledger);
}

describe("the read-back of how far a tenant reaches", () => {
  let live: LiveKinds;
  before(async () => {
    live = clusterOf(await declared([acme, tenantOf("standard", neighbour)]));
  });
  const finds = (what: string, change: (live: LiveKinds) => LiveKinds, expected: string) =>
    it(`finds ${what}`, () => assert.deepEqual(judged(change(live)), [expected]));
  const allows = (what: string, change: (live: LiveKinds) => LiveKinds) =>
    it(`allows ${what}`, () => assert.deepEqual(judged(change(live)), []));

  it("finds nothing amiss in what the components declare", () => assert.deepEqual(judged(live), []));

  const bound =
    (namespace: string, role: string, ...subjects: unknown[]) =>
    (from: LiveKinds) =>
      withMore(from, "rolebindings", {
        metadata: { name: role, namespace },
        roleRef: { kind: "ClusterRole", name: role },
        subjects: [...subjects, { kind: "Group", name: "platform" }],
      });
  const carol = { kind: "User", name: "carol" };
  const admins = { kind: "Group", name: "acme-admins" };
  const outside = (namespace: string, role: string, subject: string) =>
    `acme: access: RoleBinding ${namespace}/${role} grants ClusterRole ${role} outside the tenant's namespaces to ${subject}`;
  for (const [what, who, subject] of [
    ["group", "Group acme-admins", admins],
    ["user", "User carol", carol],
    [
      "reconciler",
      "ServiceAccount tenant-acme/tenant-reconciler",
      { kind: "ServiceAccount", name: "tenant-reconciler", namespace: "tenant-acme" },
    ],
    [
      "ServiceAccounts, as a group",
      "Group system:serviceaccounts:tenant-acme",
      { kind: "Group", name: "system:serviceaccounts:tenant-acme" },
    ],
    [
      "ServiceAccount, as a user",
      "User system:serviceaccount:tenant-acme:default",
      { kind: "User", name: "system:serviceaccount:tenant-acme:default" },
    ],
  ] as const) {
    finds(
      `the tenant's ${what} bound in a namespace of the platform`,
      bound("velero", "tenant-view", subject),
      outside("velero", "tenant-view", who),
    );
  }
  const leaving = (role: string) => (from: LiveKinds) =>
    withMore(bound("tenant-acme--old", role, admins)(from), "namespaces", {
      metadata: { name: "tenant-acme--old", labels: { tenant: acme.id } },
    });
  allows("its group in a namespace of its own that goes at the end of the run", leaving("tenant-admin"));
  finds(
    "its group bound to another role in a namespace of its own that goes",
    leaving("edit"),
    outside("tenant-acme--old", "edit", "Group acme-admins"),
  );
  finds(
    "the tenant's group bound in another tenant's namespace",
    bound("tenant-acme-eu", "tenant-dev", admins),
    outside("tenant-acme-eu", "tenant-dev", "Group acme-admins"),
  );
  finds(
    "the tenant's user bound to another role in another tenant's namespace",
    bound("tenant-acme-eu", "edit", carol),
    outside("tenant-acme-eu", "edit", "User carol"),
  );
  finds(
    "the tenant's user bound by somebody else's binding to a tenant role",
    (from) =>
      withMore(from, "rolebindings", {
        metadata: { name: "tenant-view", namespace: "tenant-acme-eu" },
        roleRef: { kind: "ClusterRole", name: "cluster-admin" },
        subjects: [carol],
      }),
    "acme: access: RoleBinding tenant-acme-eu/tenant-view grants ClusterRole cluster-admin outside the tenant's namespaces to User carol",
  );
  allows("a user who works for another tenant too", bound("tenant-acme-eu", "tenant-dev", carol));
  allows(
    "strangers bound elsewhere, whose names only begin alike",
    bound(
      "velero",
      "view",
      { kind: "Group", name: "acme-admins-eu" },
      { kind: "Group", name: "carol" },
      { kind: "ServiceAccount", name: "x", namespace: "tenant-acme-eu" },
    ),
  );
});
