/**
 * Where the provisioner may write on the live API server: nothing of the cluster's own, of the platform's, of a
 * stranger's, and of a tenant's nothing but what tenants consist of (R2, R17). Sent by three, as in
 * 06-provisioner-cluster.test.ts.
 */

import assert from "node:assert/strict";
import {
  assertAllowed,
  assertRefused,
  byGuard,
  byRbac,
  climbers,
  create,
  documentsOf,
  spoilt,
  tenantWithAll,
  type Climbers,
  type Document,
} from "./climbing";
import { ask } from "./fixture";
import { pod } from "./kubernetes";

const ID = "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d";
const RBAC = "rbac.authorization.k8s.io";
const BORDER = "/api/v1/namespaces/tenant-border";
const ACME = "/api/v1/namespaces/tenant-acme";
const dry = (path: string) => `${path}?dryRun=All`;
const inFolder = (namespace: string, plural: string, apiGroup = `${RBAC}/v1`) =>
  dry(`/apis/${apiGroup}/namespaces/${namespace}/${plural}`);
const group = (name: string) => [{ kind: "Group", apiGroup: RBAC, name }];
const bare = (kind: string, name: string, more: object = {}, apiVersion = "v1") => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});

/** What is a stranger's, or the tenant's own, by the path of its folder. */
const FOREIGN: [folder: string, object: { metadata: { name: string; labels?: object } }][] = [
  ["/api/v1/namespaces", bare("Namespace", "tenant-stranger")],
  [
    "/api/v1/namespaces",
    { ...bare("Namespace", ""), metadata: { name: "impostor", labels: { tenant: ID } } },
  ],
  ["/api/v1/namespaces/velero/secrets", bare("Secret", "velero-repo-credentials")],
  [
    "/api/v1/namespaces/velero/secrets",
    { ...bare("Secret", ""), metadata: { name: "tenant-forgotten", labels: { tenant: "" } } },
  ],
  [
    "/apis/policy/v1/namespaces/tenant-border/poddisruptionbudgets",
    bare("PodDisruptionBudget", "own", { spec: { maxUnavailable: 1, selector: {} } }, "policy/v1"),
  ],
  [
    "/apis/storage.k8s.io/v1/storageclasses",
    bare("StorageClass", "gp3", { provisioner: "ebs.csi.aws.com" }, "storage.k8s.io/v1"),
  ],
];

describe("where the provisioner may write on the live API server", () => {
  let who: Climbers;
  let documents: ReadonlyMap<string, Document>;
  const find = (key: string) => {
    const found = documents.get(key);
    assert.ok(found, key);
    return found;
  };

  before(async function () {
    this.timeout(600_000);
    who = await climbers();
    documents = await documentsOf(tenantWithAll("border", ID, "10.143.8.0/22"));
    assertAllowed(await create(who.provisioner, find("Namespace tenant-border"), ""));
    for (const [folder, object] of FOREIGN) {
      assertAllowed(await ask("POST", folder, object));
    }
  });

  after(async () => {
    for (const [folder, { metadata }] of FOREIGN) {
      await ask("DELETE", `${folder}/${metadata.name}`);
    }
    await ask("DELETE", BORDER);
  });

  describe("leaves alone what is not a tenant's (R2, R17)", () => {
    const name = byGuard("what does not begin with tenant- is the platform's or a stranger's");
    const stranger = byGuard("this namespace is no tenant's");
    const kind = byGuard("tenants do not consist of such objects here");
    const adopted = byGuard("its label tenant says that it is a stranger's or another tenant's");
    const id = byGuard("its label tenant is not the id of a tenant");
    const whole = byGuard("the provisioner writes whole objects");
    const relabel = (labels: Record<string, unknown>) => ({ metadata: { labels } });
    const binding = (namespace: string) => ({
      ...bare("RoleBinding", "tenant-admin", {}, `${RBAC}/v1`),
      metadata: { name: "tenant-admin", namespace, labels: { tenant: ID } },
      roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "tenant-admin" },
      subjects: group("borderers"),
    });
    const policy = bare(
      "NetworkPolicy",
      "tenant-border",
      { spec: { podSelector: {} } },
      "networking.k8s.io/v1",
    );
    const attempts: [
      what: string,
      method: string,
      path: string,
      body: unknown,
      sentence: RegExp,
      first?: RegExp,
    ][] = [
      ["label kube-system", "PATCH", dry("/api/v1/namespaces/kube-system"), relabel({ a: "b" }), name],
      [
        "make kube-system a tenant's",
        "PATCH",
        dry("/api/v1/namespaces/kube-system"),
        relabel({ tenant: ID }),
        name,
      ],
      [
        "delete the observability namespace",
        "DELETE",
        dry("/api/v1/namespaces/observability"),
        undefined,
        name,
      ],
      [
        "delete the gateway's namespace, called tenant-...",
        "DELETE",
        dry("/api/v1/namespaces/tenant-gateway"),
        undefined,
        adopted,
      ],
      [
        "open the gateway's namespace",
        "PATCH",
        dry("/api/v1/namespaces/tenant-gateway"),
        relabel({ "pod-security.kubernetes.io/enforce": null }),
        adopted,
      ],
      [
        "adopt a stranger's namespace",
        "PATCH",
        dry("/api/v1/namespaces/tenant-stranger"),
        relabel({ tenant: ID }),
        adopted,
      ],
      [
        "delete a stranger's namespace",
        "DELETE",
        dry("/api/v1/namespaces/tenant-stranger"),
        undefined,
        adopted,
      ],
      ["take over another tenant's namespace", "PATCH", dry(ACME), relabel({ tenant: ID }), adopted],
      ["make a tenant's namespace nobody's", "PATCH", dry(ACME), relabel({ tenant: null }), id],
      [
        "lower a tenant's Pod Security",
        "PATCH",
        dry(ACME),
        relabel({ "pod-security.kubernetes.io/enforce": "baseline" }),
        byGuard("its Pod Security is not restricted"),
      ],
      [
        "take a tenant's pool away",
        "PATCH",
        dry(ACME),
        relabel({ "tenantry.dev/pool": null }),
        byGuard("its label tenantry.dev/pool"),
      ],
      [
        "write a namespace's status",
        "PATCH",
        dry(`${ACME}/status`),
        relabel({ a: "b" }),
        whole,
        byRbac("patch", "namespaces/status"),
      ],
      [
        "bind in kube-system",
        "POST",
        inFolder("kube-system", "rolebindings"),
        binding("kube-system"),
        stranger,
      ],
      [
        "bind in its own namespace",
        "POST",
        inFolder("tenantry-system", "rolebindings"),
        binding("tenantry-system"),
        stranger,
      ],
      [
        "bind in a stranger's namespace",
        "POST",
        inFolder("tenant-stranger", "rolebindings"),
        binding("tenant-stranger"),
        stranger,
      ],
      [
        "bind in a namespace that only bears the label",
        "POST",
        inFolder("impostor", "rolebindings"),
        binding("impostor"),
        stranger,
      ],
      ["bind in Velero's namespace", "POST", inFolder("velero", "rolebindings"), binding("velero"), kind],
      [
        "bind in the gateway's namespace",
        "POST",
        inFolder("tenant-gateway", "rolebindings"),
        binding("tenant-gateway"),
        kind,
      ],
      [
        "open Velero's network",
        "POST",
        inFolder("velero", "networkpolicies", "networking.k8s.io/v1"),
        policy,
        kind,
      ],
      [
        "make a ServiceAccount in Velero's namespace",
        "POST",
        dry("/api/v1/namespaces/velero/serviceaccounts"),
        bare("ServiceAccount", "tenant-border"),
        kind,
      ],
      [
        "overwrite a Secret of Velero's",
        "PATCH",
        dry("/api/v1/namespaces/velero/secrets/velero-repo-credentials"),
        { data: {} },
        name,
      ],
      [
        "delete a Secret of Velero's",
        "DELETE",
        dry("/api/v1/namespaces/velero/secrets/velero-repo-credentials"),
        undefined,
        name,
      ],
      [
        "adopt a Secret of Velero's",
        "PATCH",
        dry("/api/v1/namespaces/velero/secrets/tenant-forgotten"),
        relabel({ tenant: ID }),
        adopted,
      ],
      [
        "delete a Secret of nobody's",
        "DELETE",
        dry("/api/v1/namespaces/velero/secrets/tenant-forgotten"),
        undefined,
        adopted,
      ],
      [
        "delete a stranger's StorageClass",
        "DELETE",
        dry("/apis/storage.k8s.io/v1/storageclasses/gp3"),
        undefined,
        name,
      ],
      [
        "delete what the tenant made for itself",
        "DELETE",
        inFolder("tenant-border", "poddisruptionbudgets/own", "policy/v1"),
        undefined,
        byGuard("the tenant made it for itself"),
      ],
      ["create a pod of a tenant", "POST", dry(`${BORDER}/pods`), pod("spy"), kind, byRbac("create", "pods")],
      [
        "create a Secret of a tenant",
        "POST",
        dry(`${BORDER}/secrets`),
        bare("Secret", "x"),
        kind,
        byRbac("create", "secrets"),
      ],
      [
        "create a ConfigMap of a tenant",
        "POST",
        dry(`${BORDER}/configmaps`),
        bare("ConfigMap", "x"),
        kind,
        byRbac("create", "configmaps"),
      ],
      [
        "write a Role",
        "POST",
        inFolder("tenant-border", "roles"),
        bare("Role", "x", {}, `${RBAC}/v1`),
        kind,
        byRbac("create", "roles"),
      ],
      [
        "widen a tenant's role",
        "PATCH",
        dry(`/apis/${RBAC}/v1/clusterroles/tenant-admin`),
        { rules: [] },
        kind,
        byRbac("patch", "clusterroles"),
      ],
      [
        "widen its own role",
        "PATCH",
        dry(`/apis/${RBAC}/v1/clusterroles/tenantry-provisioner`),
        { rules: [] },
        kind,
        byRbac("patch", "clusterroles"),
      ],
      [
        "bind in the whole cluster",
        "POST",
        dry(`/apis/${RBAC}/v1/clusterrolebindings`),
        { ...binding(""), kind: "ClusterRoleBinding", metadata: { name: "tenant-border" } },
        kind,
        byRbac("create", "clusterrolebindings"),
      ],
      [
        "label a node",
        "PATCH",
        dry("/api/v1/nodes/standard-1"),
        relabel({ a: "b" }),
        kind,
        byRbac("patch", "nodes"),
      ],
      [
        "mint a token",
        "POST",
        dry(`${ACME}/serviceaccounts/tenant-reconciler/token`),
        bare("TokenRequest", "", { spec: { audiences: [] } }, "authentication.k8s.io/v1"),
        whole,
        byRbac("create", "serviceaccounts/token"),
      ],
    ];
    for (const [what, method, path, body, sentence, first = sentence] of attempts) {
      it(`may not ${what}`, async () => {
        assertRefused(await who.provisioner(method, path, body), first);
        assertRefused(await who.unbridled(method, path, body), sentence);
        assertAllowed(await ask(method, path, body));
      });
    }

    it("may do the same to what is its own", async () => {
      assertAllowed(await who.provisioner("PATCH", dry(BORDER), { metadata: { annotations: { a: "b" } } }));
      assertAllowed(
        await who.provisioner("PATCH", dry(BORDER), relabel({ "tenantry.dev/pool": "standard" })),
      );
      const opened = { "pod-security.kubernetes.io/enforce": "baseline", "tenantry.dev/allow-root": "true" };
      assertAllowed(await who.provisioner("PATCH", dry(BORDER), relabel(opened)));
      assertAllowed(await who.provisioner("DELETE", dry(BORDER)));
    });

    it("opens no session in a pod, and nobody's proxy", async () => {
      for (const path of [`${ACME}/pods/any/exec?command=id`, "/api/v1/nodes/standard-1/proxy/pods"]) {
        assertRefused(await who.provisioner("POST", path), byRbac("create", "(pods/exec|nodes/proxy)"));
        assertRefused(await who.unbridled("POST", path), whole);
      }
    });
  });

  describe("after an upgrade of the platform", () => {
    const OLD = "/api/v1/namespaces/tenant-border--old";
    const LOCATION = "/apis/velero.io/v1/namespaces/velero/backupstoragelocations/tenant-border";

    before(async () => {
      const old = [
        [["metadata", "name"], "tenant-border--old"],
        [["metadata", "labels", "tenantry.dev/pool"], undefined],
        [["metadata", "labels", "pod-security.kubernetes.io/enforce-version"], "v1.35"],
      ] as const;
      const namespace = old.reduce(
        (document, [field, value]) => spoilt(document, field, value),
        find("Namespace tenant-border"),
      );
      assertAllowed(await create(ask, namespace, ""));
      const location = spoilt(
        find("BackupStorageLocation tenant-border"),
        ["spec", "config", "profile"],
        "old",
      );
      assertAllowed(await create(ask, location, ""));
    });

    after(async () => {
      await ask("DELETE", OLD);
      await ask("DELETE", LOCATION);
    });

    it("writes metadata of what was declared otherwise, and no more", async () => {
      const touch = { metadata: { annotations: { a: "b" } } };
      assertAllowed(await who.provisioner("PATCH", dry(OLD), touch));
      assertAllowed(await who.provisioner("PATCH", dry(LOCATION), touch));
      const older = { metadata: { labels: { "pod-security.kubernetes.io/enforce-version": "v1.34" } } };
      assertRefused(
        await who.provisioner("PATCH", dry(OLD), older),
        byGuard("its Pod Security is not restricted"),
      );
      const elsewhere = { spec: { objectStorage: { bucket: "evil" } } };
      assertRefused(
        await who.provisioner("PATCH", dry(LOCATION), elsewhere),
        byGuard("it is not the tenant's own place"),
      );
      const healed = { spec: { config: { profile: null } } };
      assertAllowed(await who.provisioner("PATCH", dry(LOCATION), healed));
    });
  });
});
