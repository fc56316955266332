/** Whatever is changed or deleted behind a list's back is found on the live servers, sorted, and repaired (R92). */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import {
  CancelKeyDeletionCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import {
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { drift, repair } from "../../automation/drift/drift";
import { declaredObjects, type DeclaredObject } from "../../automation/drift/declared";
import { isClean, type DriftReport } from "../../automation/drift/report";
import { RunFailure } from "../../automation/outcome";
import { destroy, up } from "../../automation/engine/run";
import * as names from "../../model/names";
import { clientOptions } from "./aws";
import { ask, run, sandbox, standing } from "./fixture";
import { vault } from "./vault";

const STACK = "watched";
/** Loses one object of every kind; loses its namespaces; keeps its secrets in AWS. */
const VERA = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4b01";
const WILL = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4b02";
const SOL = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4b03";

const watched = (more = {}) => run(STACK, more);
const as = (method: string, path: string, namespace = VERA) =>
  vault(sandbox().env["VAULT_TOKEN"], namespace, method, path);
const faults = (findings: DriftReport["loosened"]) =>
  findings.map(({ tenant, object, fault }) => `${tenant}: ${object} ${fault}`).sort();

describe("drift", function () {
  // Where this file runs by itself the platform and the sample list come first.
  this.timeout(400_000);
  const kms = () => new KMSClient(clientOptions());
  const iam = () => new IAMClient(clientOptions());
  const secrets = () => new SecretsManagerClient(clientOptions());
  let declared: DeclaredObject[] = [];

  before(async () => {
    await standing();
    const { project } = sandbox();
    const owners = ["x@example.com"];
    const lifecycle = { deletionProtection: false };
    const network = {
      egress: [{ host: "api.stripe.com", ports: [{ port: 443 }] }],
      ingress: { hosts: ["vera.example.com"] },
    };
    const access = { dev: { groups: ["vera-devs"] } };
    project.write(STACK, "vera", { name: "vera", id: VERA, owners, lifecycle, network, access });
    project.write(STACK, "will", { name: "will", id: WILL, owners, lifecycle });
    const engine = { engine: "aws-secrets-manager", names: ["database", "payments"] };
    project.write(STACK, "sol", { name: "sol", id: SOL, owners, lifecycle, secrets: engine });
    await up(watched());
    declared = await declaredObjects(watched());
  });

  after(async () => {
    await destroy({ ...watched(), approve: ["*"] });
    fs.rmSync(path.join(sandbox().project.directory, "tenants", STACK), { recursive: true });
  });

  it("finds none behind an up, and has looked at every object", async () => {
    const report = await drift(watched());
    assert.deepEqual([report.loosened, report.changed, report.missing, report.unreachable], [[], [], [], []]);
    assert.deepEqual(report.unchecked, []);
    assert.ok(report.checked > declared.length, `${report.checked} checks of ${declared.length} objects`);
  });

  it("tells a loosened guardrail from a cosmetic change, by the live field", async () => {
    const quota = "/api/v1/namespaces/tenant-vera/resourcequotas/tenant-quota";
    const before = (await ask("GET", quota)).body["spec"] as { hard: Record<string, string> };
    const pods = String(Number(before.hard["pods"]) + 1);
    const said = await Promise.all([
      ask("PATCH", quota, { spec: { hard: { pods } } }),
      ask("PATCH", "/api/v1/namespaces/tenant-vera", { metadata: { labels: { team: "payments" } } }),
      ask("PATCH", "/api/v1/namespaces/tenant-vera/serviceaccounts/workload", {
        metadata: { labels: { "tenantry.dev/name": "other" } },
      }),
    ]);
    assert.deepEqual(
      said.map(({ status }) => status),
      [200, 200, 200],
    );
    const RoleName = names.workloadRoleName(VERA);
    await iam().send(new UpdateRoleCommand({ RoleName, Description: "mine now", MaxSessionDuration: 3600 }));
    const report = await drift(watched());
    const told = faults(report.loosened);
    assert.equal(told.length, 2, told.join("\n"));
    assert.match(
      told[0] ?? "",
      /^vera: Namespace tenant-vera has metadata\.labels\.team payments instead of nothing$/,
    );
    assert.match(told[1] ?? "", /^vera: ResourceQuota tenant-vera\/tenant-quota .*pods/);
    assert.deepEqual(faults(report.changed), [
      `vera: IAM role ${RoleName} has description mine now instead of Workloads of tenant vera`,
      "vera: ServiceAccount tenant-vera/workload has metadata.labels.tenantry.dev/name other instead of vera",
    ]);
    assert.deepEqual(report.missing, []);
    assert.deepEqual((await drift({ ...watched(), tenant: "will" })).loosened, []);
    // What nobody declared is told and never removed: it is somebody's.
    await ask("PATCH", "/api/v1/namespaces/tenant-vera", { metadata: { labels: { team: null } } });
  });

  /** Deletes by type what can be deleted alone. */
  const deletions: Readonly<Record<string, (object: DeclaredObject) => Promise<unknown>>> = {
    "vault:index/mount:Mount": () => as("DELETE", "sys/mounts/kv"),
    "vault:index/policy:Policy": () => as("DELETE", "sys/policies/acl/tenant-write"),
    "vault:index/authBackend:AuthBackend": () => as("DELETE", "sys/auth/kubernetes"),
    "vault:appRole/authBackendRole:AuthBackendRole": () => as("DELETE", "auth/approle/role/writer"),
    "aws:kms/alias:Alias": () => kms().send(new DeleteAliasCommand({ AliasName: names.keyAlias(VERA) })),
    "aws:iam/role:Role": () => iam().send(new DeleteRoleCommand({ RoleName: names.workloadRoleName(VERA) })),
    "aws:iam/rolePolicy:RolePolicy": () =>
      iam().send(
        new DeleteRolePolicyCommand({ RoleName: names.backupRoleName(VERA), PolicyName: "backup-prefix" }),
      ),
    "aws:secretsmanager/secret:Secret": () =>
      secrets().send(
        new DeleteSecretCommand({
          SecretId: names.managedSecretName(SOL, "database"),
          ForceDeleteWithoutRecovery: true,
        }),
      ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": () =>
      secrets().send(new DeleteResourcePolicyCommand({ SecretId: names.managedSecretName(SOL, "payments") })),
  };
  /** Gone with another that is deleted, or tried in a test of its own. */
  const others = [
    "kubernetes:core/v1:Namespace",
    "vault:index/namespace:Namespace",
    "vault:kubernetes/authBackendConfig:AuthBackendConfig",
    "vault:kubernetes/authBackendRole:AuthBackendRole",
    "aws:kms/key:Key",
  ];

  it("names one deleted object of every kind, and everything inside a deleted namespace", async () => {
    const gone: string[] = [];
    const kinds = new Map(
      declared.filter(({ tenant }) => tenant !== "will").map((object) => [object.type, object]),
    );
    for (const [type, object] of kinds) {
      if (others.includes(type)) {
        continue;
      }
      if (type.startsWith("kubernetes:")) {
        gone.push(await deleteObject(object));
        continue;
      }
      const remove = deletions[type];
      assert.ok(remove, `no deletion of ${type} is tried`);
      await remove(object);
    }
    assert.ok(gone.length >= 13, gone.join(", "));
    await ask("DELETE", "/api/v1/namespaces/tenant-will");
    await as("DELETE", `sys/namespaces/${WILL}`, "");
    await until(async () => (await ask("GET", "/api/v1/namespaces/tenant-will")).status === 404);
    await until(async () => (await as("GET", `sys/namespaces/${WILL}`, "")).status === 404);

    const { missing } = await drift(watched());
    const named = missing.map(({ object }) => object);
    const expected = [
      ...gone,
      `mount ${VERA}/kv`,
      `policy ${VERA}/tenant-write`,
      `login ${VERA}/kubernetes`,
      `login settings ${VERA}/kubernetes`,
      `role ${VERA}/kubernetes/external-secrets`,
      `AppRole ${VERA}/writer`,
      `KMS alias ${names.keyAlias(VERA)}`,
      `IAM role ${names.workloadRoleName(VERA)}`,
      `IAM role policy ${names.backupRoleName(VERA)}/backup-prefix`,
      `secret ${names.managedSecretName(SOL, "database")}`,
      "Namespace tenant-will",
      "ResourceQuota tenant-will/tenant-quota",
      "NetworkPolicy tenant-will/default-deny",
      `namespace ${WILL}`,
      `mount ${WILL}/kv`,
    ];
    assert.deepEqual(
      expected.filter((object) => !named.includes(object)),
      [],
      named.join("\n"),
    );
    assert.ok(named.some((object) => object.startsWith("policy of secret ") && object.includes("payments")));
  });

  it("is repaired, all of it, and found no more", async () => {
    const key = await keyId();
    const { found, left } = await repair(watched());
    assert.ok(found.missing.length > 30, String(found.missing.length));
    assert.deepEqual([left.loosened, left.changed, left.missing, left.unchecked], [[], [], [], []]);
    assert.ok(isClean(left));
    // The key lost its alias and was not made a second time.
    assert.equal(await keyId(), key);
  });

  it("is a key on its way out, which no repair replaces", async () => {
    const KeyId = await keyId();
    await kms().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    try {
      const { loosened, unchecked } = await drift({ ...watched(), tenant: "vera" });
      assert.match(faults(loosened).join("\n"), /KMS key .* is PendingDeletion instead of Enabled/);
      assert.match(faults(loosened).join("\n"), /deletion/);
      assert.notDeepEqual(unchecked, []);
      await assert.rejects(repair(watched()), (error) => error instanceof RunFailure);
    } finally {
      await kms().send(new CancelKeyDeletionCommand({ KeyId }));
      await kms().send(new EnableKeyCommand({ KeyId }));
    }
    assert.ok(isClean(await drift({ ...watched(), tenant: "vera" })));
  });

  it("is not clean where a server does not answer", async () => {
    const report = await drift(watched({ VAULT_ADDR: "http://127.0.0.1:1" }));
    assert.match(report.unreachable[0]?.why ?? "", /127\.0\.0\.1:1/);
    assert.equal(isClean(report), false);
  });

  async function keyId(): Promise<string> {
    const { KeyId = "" } = declaredKey();
    const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId }));
    return KeyMetadata?.KeyId ?? "";
  }

  /** By the id that it had from the beginning: its alias comes and goes. */
  function declaredKey(): { KeyId?: string } {
    const key = declared.find(({ type, tenant }) => type === "aws:kms/key:Key" && tenant === "vera");
    return { KeyId: key?.id };
  }
});

/** Deletes a Kubernetes object as the administrator, and says what drift calls it. */
async function deleteObject({ inputs }: DeclaredObject): Promise<string> {
  const { apiVersion, kind, metadata } = inputs as {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
  };
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = (await ask("GET", root)).body as { resources: { name: string; kind: string }[] };
  const plural = resources.find((entry) => entry.kind === kind && !entry.name.includes("/"))?.name;
  const within = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  const { status, message } = await ask("DELETE", `${root}${within}/${plural}/${metadata.name}`);
  assert.equal(status, 200, `${kind} ${metadata.name}: ${message}`);
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt++) {
    if (await done()) {
      return;
    }
    await sleep(500);
  }
  assert.fail("it did not come about in a minute");
}
