/** What the three servers hold of one tenant, beside what the state says that they should: nothing lost, orphaned, doubled. */

import assert from "node:assert/strict";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { KMSClient, ListAliasesCommand, ListKeysCommand, ListResourceTagsCommand } from "@aws-sdk/client-kms";
import { changesOf } from "../../automation/engine/changes";
import { pendingOf } from "../../automation/engine/recovery";
import { preview } from "../../automation/engine/run";
import { openStack, type Project } from "../../automation/workspace";
import { clientOptions } from "./aws";
import { ask, sandbox } from "./fixture";
import { vault } from "./vault";

/** Collections that hold objects of tenants, by the engine's kind. */
const KINDS: Readonly<Record<string, string>> = {
  "core/v1:Namespace": "/api/v1/namespaces",
  "core/v1:ServiceAccount": "/api/v1/serviceaccounts",
  "core/v1:ResourceQuota": "/api/v1/resourcequotas",
  "core/v1:LimitRange": "/api/v1/limitranges",
  "networking.k8s.io/v1:NetworkPolicy": "/apis/networking.k8s.io/v1/networkpolicies",
  "rbac.authorization.k8s.io/v1:RoleBinding": "/apis/rbac.authorization.k8s.io/v1/rolebindings",
  "policy/v1:PodDisruptionBudget": "/apis/policy/v1/poddisruptionbudgets",
  "storage.k8s.io/v1:StorageClass": "/apis/storage.k8s.io/v1/storageclasses",
  "velero.io/v1:BackupStorageLocation": "/apis/velero.io/v1/namespaces/velero/backupstoragelocations",
  "velero.io/v1:Schedule": "/apis/velero.io/v1/namespaces/velero/schedules",
};

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: {
    readonly metadata?: { readonly name: string; readonly namespace?: string };
    readonly name?: string;
  };
}

/** Keys that bear the tenant's tag, whatever their state. */
export async function keysOf(id: string): Promise<string[]> {
  const kms = new KMSClient(clientOptions());
  const { Keys = [] } = await kms.send(new ListKeysCommand({ Limit: 1000 }));
  const tagged = await Promise.all(
    Keys.map(async ({ KeyId }) => {
      const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
      return Tags.some(({ TagKey, TagValue }) => TagKey === "tenant" && TagValue === id) ? [KeyId ?? ""] : [];
    }),
  );
  return tagged.flat();
}

/** Resources that the state holds, and what a killed run was at. */
export async function stateOf(project: Project) {
  const exported = await (await openStack(project)).exportStack();
  const { resources = [] } = exported.deployment as { resources?: Resource[] };
  return { resources, pending: pendingOf(exported) };
}

/**
 * The right state: of every kind stand those objects that the state holds, each once; nothing is pending, and a further
 * run would change nothing.
 *
 * @param namespaces names of those that stand; none of a tenant that has left.
 */
export async function assertStands(
  project: Project,
  id: string,
  namespaces: readonly string[],
): Promise<void> {
  const { resources, pending } = await stateOf(project);
  assert.deepEqual(pending, []);
  const urns = resources.map(({ urn }) => urn);
  assert.equal(new Set(urns).size, urns.length, "a resource stands twice in the state");

  for (const [kind, collection] of Object.entries(KINDS)) {
    const { status, body } = await ask("GET", `${collection}?labelSelector=tenant%3D${id}`);
    assert.equal(status, 200, collection);
    const { items } = body as unknown as { items: { metadata: { name: string; namespace?: string } }[] };
    const live = items
      // The controllers make it, admission labels it.
      .filter(({ metadata }) => kind !== "core/v1:ServiceAccount" || metadata.name !== "default")
      .map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`);
    const known = resources
      .filter(({ type }) => type === `kubernetes:${kind}`)
      .map(({ inputs }) => `${inputs?.metadata?.namespace ?? ""}/${inputs?.metadata?.name}`);
    assert.deepEqual(live.sort(), known.sort(), kind);
    if (kind === "core/v1:Namespace") {
      assert.deepEqual(live.sort(), namespaces.map((name) => `/${name}`).sort());
    }
  }

  assert.equal((await keysOf(id)).length, 1, "one key a tenant");
  const { Aliases = [] } = await new KMSClient(clientOptions()).send(new ListAliasesCommand({ Limit: 100 }));
  assert.equal(Aliases.filter(({ AliasName = "" }) => AliasName.includes(id)).length, 1, "one alias");
  const { Roles = [] } = await new IAMClient(clientOptions()).send(new ListRolesCommand({ MaxItems: 1000 }));
  const roles = Roles.map(({ RoleName = "" }) => RoleName).filter((name) => name.includes(id));
  const knownRoles = resources
    .filter(({ type }) => type === "aws:iam/role:Role")
    .map(({ inputs }) => inputs?.name);
  assert.deepEqual(roles.sort(), knownRoles.sort(), "roles");

  const root = sandbox().env["VAULT_TOKEN"];
  const mounts = await vault(root, id, "GET", "sys/mounts");
  assert.equal(mounts.status, 200, mounts.errors);
  const data = Object.keys(mounts.body["data"] as object).filter(
    (path) => !/^(sys|identity|cubbyhole)\//.test(path),
  );
  assert.deepEqual(data, ["kv/"]);
  const auth = await vault(root, id, "GET", "sys/auth");
  const backends = Object.keys(auth.body["data"] as object).filter((path) => path !== "token/");
  const known = resources.filter(({ type }) => type === "vault:index/authBackend:AuthBackend").length;
  assert.equal(backends.length, known, backends.join());

  const { tenants } = await preview(project);
  const changes = Object.entries(tenants).flatMap(([name, counts]) =>
    changesOf(counts).map((line) => `${name} ${line}`),
  );
  assert.deepEqual(changes, []);
}
