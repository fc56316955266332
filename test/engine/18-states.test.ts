/**
 * A tenant's states on the live servers (R89, R90): what worked before is refused after, by its sentence, and what holds
 * data stays. And the key that a killed run or a lost state left behind is found again, and never made twice.
 */

import assert from "node:assert/strict";
import {
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { preview, up } from "../../automation/engine/run";
import { RunFailure } from "../../automation/outcome";
import { openStack } from "../../automation/workspace";
import { wrappedSecretId } from "../../automation/credentials/secret-id";
import { openVault } from "../../automation/vault";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import { assumeByToken, clientOptions } from "./aws";
import { ask, asGroup, asServiceAccount, run, sandbox, standing } from "./fixture";
import { pod, type Ask } from "./kubernetes";
import { vault, type Reply } from "./vault";

const LIST = "life";
const LIFER = {
  name: "lifer",
  id: "c0ffee00-1111-4222-8333-444455556666",
  owners: ["lena@lifer.example"],
  access: { admin: { groups: ["lifer-admins"] } },
  lifecycle: {},
};
/** Its secrets lie in AWS, so that the role of its workloads opens something. */
const KEEPER = {
  name: "keeper",
  id: "c0ffee00-7777-4888-9999-aaaabbbbcccc",
  owners: ["kim@keeper.example"],
  tier: "sensitive",
  secrets: { engine: "aws-secrets-manager" },
  lifecycle: { deletionProtection: true },
};
const NAMESPACE = "tenant-lifer";
interface Known {
  readonly urn: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
}

const RETAINED = { state: "retained", retainUntil: "2027-01-31" };

const setState = (tenant: typeof LIFER | typeof KEEPER, lifecycle: Record<string, unknown>) =>
  sandbox().project.change(LIST, tenant.name, { lifecycle: { ...tenant.lifecycle, ...lifecycle } });

async function failure(of: Promise<unknown>): Promise<RunFailure> {
  try {
    await of;
  } catch (error) {
    assert.ok(error instanceof RunFailure, String(error));
    return error;
  }
  assert.fail("the run did not fail");
}

describe("the states of a tenant", () => {
  const root = () => sandbox().env["VAULT_TOKEN"];
  const kms = () => new KMSClient(clientOptions());
  const secret = names.managedSecretName(KEEPER.id, "app");
  let admin: Ask;
  let machine: Ask;
  let session: SecretsManagerClient;
  let token: string;

  const createPod = (name: string) => ask("POST", `/api/v1/namespaces/${NAMESPACE}/pods`, pod(name));
  const configMaps = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
  const readValue = () => session.send(new GetSecretValueCommand({ SecretId: secret }));

  async function approle(): Promise<{ role_id: string; secret_id: string }> {
    const wrapped = await wrappedSecretId(LIFER, "reader", openVault(sandbox().env));
    const { body } = await vault(wrapped.wrappingToken, LIFER.id, "POST", "sys/wrapping/unwrap");
    return { role_id: wrapped.roleId, secret_id: (body["data"] as { secret_id: string }).secret_id };
  }
  const login = (credentials: object): Promise<Reply> =>
    vault(undefined, LIFER.id, "POST", "auth/approle/login", credentials);

  /** A file that says so, and a run that makes it true; the operations on each tenant. */
  async function become(lifecycle: Record<string, unknown>) {
    setState(LIFER, lifecycle);
    setState(KEEPER, lifecycle);
    const { tenants, outputs } = await up(run(LIST));
    for (const { name } of [LIFER, KEEPER]) {
      const counts = tenants[name] ?? {};
      const replaced = Object.keys(counts).filter((operation) => /replace/.test(operation));
      assert.deepEqual(replaced, [], `${name}: ${JSON.stringify(counts)}`);
    }
    return outputs["tenants"]?.value as Record<string, { state: string; retainUntil?: string }>;
  }

  const statusOf = async (path: string) => (await ask("GET", path)).status;

  before(function () {
    this.timeout(600_000);
    return standing();
  });

  before(async () => {
    sandbox().project.write(LIST, LIFER.name, LIFER);
    sandbox().project.write(LIST, KEEPER.name, KEEPER);
    await up(run(LIST));
    await vault(root(), LIFER.id, "POST", "kv/data/db", { data: { kept: "yes" } });
  });

  async function everythingWorks(round: string) {
    admin = await asGroup("lena", "lifer-admins");
    assert.equal((await admin("GET", configMaps)).status, 200);
    machine = await asServiceAccount(NAMESPACE, names.accessAccount("view"));
    assert.equal((await machine("GET", configMaps)).status, 200);
    assert.equal((await createPod(`works-${round}`)).status, 201);
    const reply = await login(await approle());
    assert.equal(reply.status, 200, reply.errors);
    token = (reply.body["auth"] as { client_token: string }).client_token;
    assert.equal((await vault(token, LIFER.id, "GET", "kv/data/db")).status, 200);
    const claims = { sub: "system:serviceaccount:tenant-keeper:external-secrets" };
    const credentials = await assumeByToken(names.workloadRoleName(KEEPER.id), claims);
    session = new SecretsManagerClient(clientOptions(credentials));
  }

  it("lets an active tenant work", async () => {
    await everythingWorks("active");
    await session.send(new PutSecretValueCommand({ SecretId: secret, SecretString: "kept" }));
    assert.equal((await readValue()).SecretString, "kept");
  });

  it("lets machines act as far as their role, and no pod as one of them", async () => {
    const { status, message } = await machine("POST", configMaps, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "by-view" },
    });
    assert.equal(status, 403);
    assert.match(message, /cannot create resource "configmaps"/);
    const dev = await asServiceAccount(NAMESPACE, names.accessAccount("dev"));
    const made = await dev("POST", configMaps, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "by-dev" },
    });
    assert.equal(made.status, 201, made.message);
    const borrowed = await admin(
      "POST",
      `/api/v1/namespaces/${NAMESPACE}/pods`,
      pod("borrower", { serviceAccountName: names.accessAccount("admin") }),
    );
    assert.match(borrowed.message, /it runs as the account tenant-admin/);
  });

  it("lets a tenant's admins neither change the accounts nor mint their tokens (R6, R11)", async () => {
    const account = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/tenant-admin`;
    assert.match((await admin("DELETE", account)).message, /the platform manages it/);
    const changed = await admin("PATCH", account, { automountServiceAccountToken: true });
    assert.match(changed.message, /the platform manages it/);
    const minted = await admin("POST", `${account}/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {},
    });
    assert.equal(minted.status, 403);
    assert.match(minted.message, /cannot create resource "serviceaccounts\/token"/);
  });

  describe("suspended", () => {
    let unused: { role_id: string; secret_id: string };

    before(async () => {
      unused = await approle();
      const { lifer } = await become({ state: "suspended" });
      assert.equal(lifer?.state, "suspended");
    });

    it("starts no pod, by the quota's sentence", async () => {
      const { status, message } = await createPod("late");
      assert.equal(status, 403);
      assert.match(message, /exceeded quota: tenant-quota, .*limited: .*pods=0/);
    });

    it("makes nothing that would start pods", async () => {
      const { status, message } = await ask("POST", `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`, {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "late" },
        spec: { template: { spec: { ...pod("late").spec, restartPolicy: "Never" } } },
      });
      assert.equal(status, 403);
      assert.match(message, /exceeded quota: tenant-quota/);
    });

    it("shuts people out", async () => {
      const { status, message } = await admin("GET", configMaps);
      assert.equal(status, 403);
      assert.match(message, /User "lena" cannot list resource "configmaps"/);
    });

    it("shuts machines out, by tokens they have", async () => {
      const { status, message } = await machine("GET", configMaps);
      assert.equal(status, 401, message);
      assert.equal(message, "Unauthorized");
      assert.equal(await statusOf(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/tenant-reconciler`), 404);
    });

    it("leaves no binding of the tenant's", async () => {
      const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings`;
      const { body } = await ask("GET", path);
      const bound = (body["items"] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
      assert.deepEqual(
        bound.filter((name) => name.startsWith("tenant-")),
        [],
      );
    });

    it("takes no login to Vault, and no token of an earlier one, and keeps what lies there", async () => {
      const reply = await login(unused);
      assert.equal(reply.status, 403, reply.errors);
      assert.match(reply.errors, /permission denied/);
      const read = await vault(token, LIFER.id, "GET", "kv/data/db");
      assert.equal(read.status, 403);
      assert.match(read.errors, /permission denied|invalid token/);
      const { body } = await vault(root(), LIFER.id, "GET", "kv/data/db");
      assert.deepEqual((body["data"] as { data: unknown }).data, { kept: "yes" });
    });

    it("denies everything to sessions of its role that are out already", async () => {
      await assert.rejects(readValue(), /not authorized to perform: secretsmanager:GetSecretValue/);
    });

    it("changes nothing when run again", async () => {
      const { tenants } = await preview(run(LIST));
      assert.deepEqual(Object.keys(tenants[LIFER.name] ?? {}), ["same"]);
      assert.deepEqual(Object.keys(tenants[KEEPER.name] ?? {}), ["same"]);
    });
  });

  describe("active again", () => {
    before(async () => {
      await become({ state: "active" });
    });

    it("works as before, and has what it had", async () => {
      await everythingWorks("again");
      const read = await vault(token, LIFER.id, "GET", "kv/data/db");
      assert.deepEqual((read.body["data"] as { data: { data: unknown } }).data, { kept: "yes" });
      assert.equal((await readValue()).SecretString, "kept");
      assert.equal(await statusOf(`${configMaps}/by-dev`), 200);
    });
  });

  describe("on the way out", () => {
    let keys: Record<string, string>;

    before(async () => {
      keys = await keysByTenant();
      await become({ state: "offboarding" });
    });

    it("is shut while it goes", async () => {
      assert.match((await createPod("late")).message, /exceeded quota: tenant-quota/);
      assert.equal((await admin("GET", configMaps)).status, 403);
    });

    it("leaves its data behind without anybody's approval, and nothing else", async () => {
      const { lifer, keeper } = await become(RETAINED);
      assert.deepEqual([lifer?.state, lifer?.retainUntil], ["retained", "2027-01-31"]);
      assert.equal(keeper?.state, "retained");
      for (const { name } of [LIFER, KEEPER]) {
        for (const path of [
          `/api/v1/namespaces/tenant-${name}`,
          `/apis/storage.k8s.io/v1/storageclasses/tenant-${name}`,
          `/apis/velero.io/v1/namespaces/velero/schedules/tenant-${name}`,
          `/apis/velero.io/v1/namespaces/velero/backupstoragelocations/tenant-${name}`,
        ]) {
          assert.equal(await statusOf(path), 404, path);
        }
      }
      const { body } = await vault(root(), LIFER.id, "GET", "kv/data/db");
      assert.deepEqual((body["data"] as { data: unknown }).data, { kept: "yes" });
      const administrator = new SecretsManagerClient(clientOptions());
      const { DeletedDate } = await administrator.send(new DescribeSecretCommand({ SecretId: secret }));
      assert.equal(DeletedDate, undefined);
      assert.deepEqual(await keysByTenant(), keys);
      for (const { id } of [LIFER, KEEPER]) {
        const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId: names.keyAlias(id) }));
        assert.equal(KeyMetadata?.KeyState, "Enabled");
      }
    });

    it("gives its id to nobody else", async () => {
      const { project } = sandbox();
      project.write(LIST, "newcomer", { name: "newcomer", id: LIFER.id, owners: ["n@example.com"] });
      const { exitCode, message } = await failure(preview(run(LIST)));
      project.take(LIST, "newcomer");
      assert.equal(exitCode, 2);
      assert.match(message, /newcomer\.yaml:2:5: id: .* is the id of tenant lifer .*lifer\.yaml:2/);
    });

    it("does not lose its data with its file (R66)", async () => {
      const { project } = sandbox();
      const text = project.take(LIST, LIFER.name);
      const { message } = await failure(up(run(LIST, {})));
      project.restore(LIST, LIFER.name, text);
      assert.match(message, /no file declares lifer any more, but protected resources stand/);
      assert.deepEqual(await keysByTenant(), keys);
    });

    it("comes back to the data that was kept", async () => {
      await become({ state: "active" });
      await everythingWorks("back");
      assert.equal((await readValue()).SecretString, "kept");
      assert.deepEqual(await keysByTenant(), keys);
    });
  });

  describe("and the key that stands already", () => {
    /** The state without the key of a tenant, and without its alias, as a run that was killed leaves it. */
    async function forgetKey(): Promise<void> {
      const stack = await openStack(run(LIST));
      const exported = await stack.exportStack();
      const { resources, ...rest } = exported.deployment as { resources: Known[] };
      const lost = resources.map(({ urn }) => urn).filter((urn) => /::lifer-(key|alias)$/.test(urn));
      assert.equal(lost.length, 2);
      const knows = (urn: string) => !lost.includes(urn);
      const left = resources
        .filter(({ urn }) => knows(urn))
        .map(({ dependencies = [], propertyDependencies = {}, ...resource }) => ({
          ...resource,
          dependencies: dependencies.filter(knows),
          propertyDependencies: Object.fromEntries(
            Object.entries(propertyDependencies).map(([property, urns]) => [
              property,
              (urns ?? []).filter(knows),
            ]),
          ),
        }));
      await stack.importStack({ ...exported, deployment: { ...rest, resources: left } });
    }

    it("is taken back after the state lost it", async () => {
      const before = await keysByTenant();
      await forgetKey();
      const { tenants } = await up(run(LIST));
      // What of the key AWS does not tell, the time it waits for its end, is set after the import: an update of its own.
      const { same, ...others } = tenants[LIFER.name] ?? {};
      assert.deepEqual([others, (same ?? 0) > 40], [{ import: 1, update: 1 }, true]);
      assert.deepEqual(await keysByTenant(), before);
      const again = await preview(run(LIST));
      assert.deepEqual(Object.keys(again.tenants[LIFER.name] ?? {}), ["same"]);
    });

    it("is taken back where the alias was not made yet", async () => {
      const before = await keysByTenant();
      await forgetKey();
      await kms().send(new DeleteAliasCommand({ AliasName: names.keyAlias(LIFER.id) }));
      await up(run(LIST));
      assert.deepEqual(await keysByTenant(), before);
      const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId: names.keyAlias(LIFER.id) }));
      assert.equal(KeyMetadata?.KeyId, before[LIFER.id]);
    });

    describe("of a tenant whose first run was killed", () => {
      const LATE = {
        name: "latelifer",
        id: "c0ffee00-dddd-4eee-8fff-000011112222",
        owners: ["l@lifer.example"],
      };
      const orphan = async (list = LIST) => {
        const Tags = Object.entries({ [labels.TENANT]: LATE.id, [labels.LIST]: list }).map(
          ([TagKey, TagValue]) => ({ TagKey, TagValue }),
        );
        const { KeyMetadata } = await kms().send(new CreateKeyCommand({ Tags }));
        return KeyMetadata?.KeyId ?? "";
      };
      const destroy = (KeyId: string) =>
        kms().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));

      before(() => sandbox().project.write(LIST, LATE.name, LATE));

      it("is refused while it is another list's", async () => {
        const foreign = await orphan("elsewhere");
        const { message } = await failure(preview(run(LIST)));
        await destroy(foreign);
        assert.match(message, /is not of the list life: .*tenantry\.dev\/list=elsewhere.*it is not adopted/);
      });

      it("is refused while it is being destroyed", async () => {
        const { message } = await failure(preview(run(LIST)));
        assert.match(message, /tenant latelifer is destroyed .*aws kms cancel-key-deletion --key-id/);
      });

      it("is refused while there are two", async () => {
        const two = [await orphan(), await orphan()];
        const { message } = await failure(preview(run(LIST)));
        await destroy(two[0] ?? "");
        assert.match(message, /tenant latelifer has 2 KMS keys without an alias/);
        assert.ok(two.every((id) => message.includes(id)));
      });

      it("becomes the tenant's, with everything that its file says", async () => {
        await up(run(LIST));
        const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId: names.keyAlias(LATE.id) }));
        assert.equal(KeyMetadata?.Description, "Data at rest of tenant latelifer");
        assert.equal((await keysByTenant())[LATE.id], KeyMetadata?.KeyId);
        const again = await preview(run(LIST));
        assert.deepEqual(Object.keys(again.tenants[LATE.name] ?? {}), ["same"]);
      });
    });
  });

  after(async () => {
    sandbox().project.write(LIST, LIFER.name, { ...LIFER, lifecycle: { deletionProtection: false } });
    sandbox().project.write(LIST, KEEPER.name, { ...KEEPER, lifecycle: { deletionProtection: false } });
    await up(run(LIST));
  });

  /** The living keys with a tenant's tag, by tenant: two of one tenant fail the test. */
  async function keysByTenant(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const { Keys = [] } = await kms().send(new ListKeysCommand({ Limit: 1000 }));
    for (const { KeyId = "" } of Keys) {
      const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId }));
      const { Tags = [] } = await kms().send(new ListResourceTagsCommand({ KeyId }));
      const owner = Tags.find(({ TagKey }) => TagKey === labels.TENANT)?.TagValue;
      if (owner !== undefined && KeyMetadata?.KeyState === "Enabled") {
        assert.equal(found[owner], undefined, `two keys of ${owner}`);
        found[owner] = KeyId;
      }
    }
    return found;
  }
});
