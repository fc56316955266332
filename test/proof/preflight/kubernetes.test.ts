import assert from "node:assert/strict";
import { itemsOf } from "../../../proof/documents";
import type { Problem } from "../../../proof/preflight";
import { judgeCluster, type LiveCluster } from "../../../proof/preflight/kubernetes";
import { neighbour, platform, tenantOf } from "../../components/fixtures";

const acme = tenantOf("standard");
const KINDS = { resources: [{ kind: "BackupStorageLocation" }, { kind: "Schedule" }] };
const roles = ["admin", "dev", "view", "reconciler"].map((role) => ({
  metadata: { name: `tenant-${role}` },
}));
const kubeSystem = { metadata: { name: "kube-system", uid: platform.clusterUid } };
const own = { tenant: acme.id };

function clusterWith(changes: {
  namespaces?: unknown[];
  classes?: unknown[];
  roles?: unknown[];
  velero?: unknown;
}) {
  const items = (objects: unknown[]) => itemsOf({ items: objects });
  return {
    namespaces: items(changes.namespaces ?? [kubeSystem]),
    classes: items(changes.classes ?? []),
    roles: items(changes.roles ?? roles),
    velero: "velero" in changes ? changes.velero : KINDS,
  } satisfies LiveCluster;
}

describe("the cluster before a run", () => {
  const stranger = `exists and is not tenant acme's (no label tenant=${acme.id}); it is not adopted: remove it or name the tenant otherwise`;
  const cases: [string, Parameters<typeof clusterWith>[0], Problem[]][] = [
    ["is fit", {}, []],
    [
      "is fit where all is there already",
      {
        namespaces: [kubeSystem, { metadata: { name: "tenant-acme", labels: own } }],
        classes: [{ metadata: { name: "tenant-acme", labels: own } }],
      },
      [],
    ],
    [
      "is another",
      { namespaces: [{ metadata: { name: "kube-system", uid: "other" } }] },
      [
        {
          kind: "conflict",
          message: `the kubeconfig leads to another cluster than the platform stack: kube-system has the UID other, not ${platform.clusterUid}; check KUBECONFIG, or run the platform stack on this cluster first`,
        },
      ],
    ],
    [
      "knows nothing of Velero",
      { velero: undefined },
      ["BackupStorageLocation", "Schedule"].map((kind) => ({
        kind: "missing" as const,
        message: `the cluster does not know the kind velero.io/v1 ${kind}; install Velero's CRDs`,
      })),
    ],
    [
      "lacks a role",
      { roles: roles.slice(1) },
      [
        {
          kind: "missing",
          message: "ClusterRole tenant-admin is missing; run: pulumi up --stack platform --refresh",
        },
      ],
    ],
    [
      "holds a stranger's namespace",
      {
        namespaces: [
          kubeSystem,
          { metadata: { name: "tenant-acme", labels: { tenant: String(neighbour.id) } } },
        ],
      },
      [{ kind: "conflict", message: `namespace tenant-acme ${stranger}` }],
    ],
    [
      "holds a stranger's StorageClass",
      { classes: [{ metadata: { name: "tenant-acme" } }] },
      [{ kind: "conflict", message: `StorageClass tenant-acme ${stranger}` }],
    ],
    [
      "still deletes the namespace",
      {
        namespaces: [
          kubeSystem,
          {
            metadata: { name: "tenant-acme", labels: own, deletionTimestamp: "now", finalizers: ["x/y"] },
            spec: { finalizers: ["kubernetes"] },
          },
        ],
      },
      [
        {
          kind: "conflict",
          message:
            "namespace tenant-acme of tenant acme is being deleted (finalizers: x/y, kubernetes); wait until it is gone, then run again",
        },
      ],
    ],
  ];
  it("may give the names of a tenant that has left to others", () => {
    const retained = tenantOf("standard", {
      lifecycle: { state: "retained", retainUntil: "2027-01-31", legalHold: false, retentionDays: 30 },
    });
    const taken = clusterWith({ namespaces: [kubeSystem, { metadata: { name: "tenant-acme" } }] });
    assert.deepEqual(judgeCluster([retained], platform, taken), []);
    assert.equal(judgeCluster([acme], platform, taken).length, 1);
  });

  for (const [what, changes, expected] of cases) {
    it(what, () => assert.deepEqual(judgeCluster([acme], platform, clusterWith(changes)), expected));
  }
});
