/**
 * What the provisioner holds on the live API server: the rights of the model and no other, none over a tenant's data,
 * none over its own guard; and that these do for a tenant's whole life (R1-R4).
 */

import assert from "node:assert/strict";
import { provisionerRights, systemRights, type ProvisionerRight } from "../../model/provisioner";
import { pathsOf } from "../../proof/live/kubernetes";
import {
  assertAllowed,
  assertRefused,
  byRbac,
  climbers,
  create,
  documentsOf,
  folderOf,
  sandboxPlatform,
  tenantWithAll,
  type Climbers,
} from "./climbing";
import { ask, asServiceAccount } from "./fixture";
import type { Ask } from "./kubernetes";

const ACME = "/api/v1/namespaces/tenant-acme";

/** Each right, spelt out. */
function spelt(rights: readonly Partial<ProvisionerRight>[]): string[] {
  return rights
    .flatMap(({ apiGroups = [], resources = [], verbs = [], resourceNames = ["any"] }) =>
      apiGroups.flatMap((apiGroup) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) => resourceNames.map((name) => `${verb} ${resource}.${apiGroup} ${name}`)),
        ),
      ),
    )
    .sort();
}

describe("the rights of the provisioner on the live API server", () => {
  let who: Climbers;

  before(async function () {
    this.timeout(600_000);
    who = await climbers();
  });

  describe("reads no tenant's data (R3)", () => {
    const refused: [path: string, verb: string, resource: string][] = [
      [`${ACME}/secrets`, "list", "secrets"],
      [`${ACME}/secrets/any`, "get", "secrets"],
      [`${ACME}/secrets?watch=1`, "watch", "secrets"],
      ["/api/v1/secrets", "list", "secrets"],
      ["/api/v1/namespaces/velero/secrets", "list", "secrets"],
      ["/api/v1/namespaces/velero/secrets?watch=1", "watch", "secrets"],
      ["/api/v1/namespaces/tenant-gateway/secrets/any", "get", "secrets"],
      ["/api/v1/namespaces/tenantry-system/secrets", "list", "secrets"],
      [`${ACME}/configmaps`, "list", "configmaps"],
      [`${ACME}/configmaps/any`, "get", "configmaps"],
      [`${ACME}/pods`, "list", "pods"],
      [`${ACME}/pods/any`, "get", "pods"],
      [`${ACME}/pods/any/log`, "get", "pods/log"],
      [`${ACME}/pods/any/proxy`, "get", "pods/proxy"],
      [`${ACME}/services`, "list", "services"],
      [`${ACME}/events`, "list", "events"],
      [`${ACME}/persistentvolumeclaims`, "list", "persistentvolumeclaims"],
      ["/apis/apps/v1/namespaces/tenant-acme/deployments", "list", "deployments"],
      ["/apis/external-secrets.io/v1/namespaces/tenant-acme/externalsecrets", "list", "externalsecrets"],
      ["/apis/velero.io/v1/namespaces/velero/backups", "list", "backups"],
      ["/api/v1/nodes", "list", "nodes"],
      ["/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "list", "customresourcedefinitions"],
    ];
    for (const [path, verb, resource] of refused) {
      it(`may not ${verb} ${path}`, async () => {
        assertRefused(await who.provisioner("GET", path), byRbac(verb, resource));
      });
    }

    it("reads all that the read-back of a run lists, and what the provider asks first", async () => {
      const lists = Object.values(pathsOf(sandboxPlatform())).filter((path) => path !== undefined);
      assert.ok(lists.length > 12);
      for (const path of lists) {
        assertAllowed(await who.provisioner("GET", path));
      }
      for (const path of ["/version", "/openapi/v2", "/apis", "/readyz"]) {
        assertAllowed(await who.provisioner("GET", path));
      }
    });

    it("is nobody else", async () => {
      for (const header of ["Impersonate-User", "Impersonate-Group"]) {
        const headers = { "Impersonate-User": "alice", [header]: "system:masters" };
        assertRefused(
          await who.provisioner("GET", `${ACME}/secrets`, undefined, headers),
          /cannot impersonate/,
        );
      }
    });
  });

  describe("cannot undo its guard (attack K9)", () => {
    const POLICIES = "/apis/admissionregistration.k8s.io/v1";
    for (const [what, resource] of [
      ["the policy", "validatingadmissionpolicies"],
      ["its binding", "validatingadmissionpolicybindings"],
    ] as const) {
      it(`leaves ${what} to RBAC, which refuses: no policy sees writes to policies`, async () => {
        const path = `${POLICIES}/${resource}/tenantry-provisioner?dryRun=All`;
        for (const method of ["DELETE", "PATCH"]) {
          const change = method === "PATCH" ? { metadata: { labels: { a: "b" } } } : undefined;
          assertRefused(await who.provisioner(method, path, change), byRbac(method.toLowerCase(), resource));
          assertAllowed(await who.unbridled(method, path, change));
        }
      });
    }

    it("writes no other policy or webhook", async () => {
      for (const resource of [
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
      ]) {
        assertRefused(
          await who.provisioner("POST", `${POLICIES}/${resource}`, {}),
          byRbac("create", resource),
        );
      }
    });
  });

  for (const namespace of ["tenant-acme", "kube-system", "tenantry-system", "velero", "tenant-gateway"]) {
    it(`are in ${namespace} those of the model, and no other`, async () => {
      const platform = sandboxPlatform();
      const review = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectRulesReview",
        spec: { namespace },
      };
      const rulesOf = async (asked: Ask) => {
        const answer = await asked("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", review);
        assertAllowed(answer);
        return spelt((answer.body["status"] as { resourceRules: ProvisionerRight[] }).resourceRules);
      };
      // Every ServiceAccount may ask who it is and what it may do.
      const everybody = await rulesOf(await asServiceAccount("tenant-acme", "workload"));
      const held = (await rulesOf(who.provisioner)).filter((right) => !everybody.includes(right));
      const wanted = [...provisionerRights(platform), ...(systemRights(platform)[namespace] ?? [])];
      assert.deepEqual(held, spelt(wanted));
    });
  }

  it("do for a tenant's whole life", async function () {
    this.timeout(60_000);
    const tenant = tenantWithAll("mayfly", "4b3a2918-0f7e-4d6c-9b5a-49382716a5f4", "10.143.4.0/22");
    const documents = [...(await documentsOf(tenant)).values()];
    const namespace = documents.find(({ kind }) => kind === "Namespace");
    assert.ok(namespace);
    const all = [namespace, ...documents.filter((document) => document !== namespace)];
    const at = (index: number) => {
      const document = all[index];
      assert.ok(document);
      return `${folderOf(document)}/${document.metadata.name}`;
    };
    try {
      for (const [index, document] of all.entries()) {
        assertAllowed(await create(who.provisioner, document, ""));
        const query = "?fieldManager=pulumi-kubernetes&force=true";
        const apply = { "content-type": "application/apply-patch+yaml" };
        assertAllowed(await who.provisioner("PATCH", `${at(index)}${query}`, document, apply));
        assertAllowed(await who.provisioner("GET", at(index)));
      }
      for (const index of [...all.keys()].reverse()) {
        assertAllowed(await who.provisioner("DELETE", `${at(index)}?propagationPolicy=Foreground`));
      }
    } finally {
      for (const index of all.keys()) {
        await ask("DELETE", at(index));
      }
    }
  });
});
