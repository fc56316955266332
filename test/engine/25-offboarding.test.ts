/**
 * A tenant leaves, on live servers (R85, R89, R90): interrupted, held by a finalizer, still named by somebody, and in the
 * end gone; its data stays until it is purged, and its neighbour notices nothing. Velero does not run in the sandbox: the
 * test plays it, with its role, by writing an object and the backup's status.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateRoleCommand, DeleteRoleCommand, GetRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { ListObjectVersionsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Certificate } from "../../automation/leaving/certificate";
import { checkCertificate } from "../../automation/leaving/certificate-check";
import { dryRunOffboard, dryRunPurge } from "../../automation/dry-run";
import { liveServers } from "../../automation/live-servers";
import { offboard } from "../../automation/leaving/offboard";
import type { OffboardOptions } from "../../automation/leaving/leaving";
import type { RunFailure } from "../../automation/outcome";
import type { Progress } from "../../automation/progress";
import { purge, type PurgeOptions } from "../../automation/leaving/purge";
import { preview, up } from "../../automation/engine/run";
import * as names from "../../model/names";
import { ACCOUNT, assumeByToken, clientOptions, REGION } from "./aws";
import { ask, becomeOperator, run, sandbox, standing } from "./fixture";
import { resourceVersions } from "./neighbour";
import { runAsOperator } from "./operator";
import { bound, eventually, succeed, workload } from "./scheduling";
import { vault } from "./vault";

const LIST = "leavers";
const OWNERS = ["x@example.com"];
const LEAVER = {
  name: "leaver",
  id: "1ea7e000-0001-4000-8000-000000000001",
  owners: OWNERS,
  access: { admin: { groups: ["leaver-admins"] } },
};
const STAYER = { name: "stayer", id: "57a7e000-0002-4000-8000-000000000002", owners: OWNERS };
const NAMESPACE = "tenant-leaver";
const BUCKET = "tenantry-sandbox-backups";
const HOLD = "evil.example/hold";
const VELERO = "/apis/velero.io/v1/namespaces/velero/backups";

const s3 = () => new S3Client({ ...clientOptions(), forcePathStyle: true });
const root = () => sandbox().env["VAULT_TOKEN"];

type Watch = (progress: Progress) => void;

/** Ends a command as a kill would, when it begins this step. */
function killing(step: string): Watch {
  return (progress) => {
    if (progress.type === "step" && progress.status === "begun" && progress.step === step) {
      throw new Error(`killed before: ${step}`);
    }
  };
}

const leave = (more: Partial<OffboardOptions> = {}) =>
  offboard({ ...runAsOperator(LIST), tenant: LEAVER.name, timeoutSeconds: 60, ...more });
const destroyData = (more: Partial<PurgeOptions> = {}) =>
  purge({ ...runAsOperator(LIST), tenant: LEAVER.name, ...more });
const now = { now: true, confirmedName: LEAVER.name };

async function failure(of: Promise<unknown>): Promise<RunFailure> {
  try {
    await of;
  } catch (error) {
    return error as RunFailure;
  }
  assert.fail("it did not fail");
}

async function versionsBelow(id: string): Promise<number> {
  const { Versions = [] } = await s3().send(
    new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: `tenants/${id}/` }),
  );
  return Versions.length;
}

/** As Velero writes: with the tenant's role, under the tenant's key. */
async function backUp(id: string, name: string): Promise<void> {
  const credentials = await assumeByToken(names.backupRoleName(id), {
    sub: "system:serviceaccount:velero:velero",
  });
  await new S3Client({ ...clientOptions(credentials), forcePathStyle: true }).send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: `tenants/${id}/backups/${name}`,
      Body: "what a backup holds",
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: `arn:aws:kms:${REGION}:${ACCOUNT}:alias/tenantry/${id}`,
    }),
  );
}

/** Completes each new backup of the tenant until it is told to end. */
function playVelero(id: string): { readonly names: string[]; end(): Promise<void> } {
  const done: string[] = [];
  let over = false;
  const playing = (async () => {
    while (!over) {
      const { items } = (await succeed("GET", VELERO)) as unknown as {
        items: { metadata: { name: string }; status?: { phase?: string } }[];
      };
      for (const { metadata, status } of items.filter(({ metadata: { name } }) =>
        name.startsWith("tenant-leaver-"),
      )) {
        if (status?.phase === undefined) {
          await backUp(id, metadata.name);
          const phase = { phase: "Completed", completionTimestamp: new Date().toISOString() };
          await succeed("PATCH", `${VELERO}/${metadata.name}`, { status: phase });
          done.push(metadata.name);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  return {
    names: done,
    end: () => {
      over = true;
      return playing;
    },
  };
}

/** A volume that outlives its claim, and a Deployment that has it mounted. */
async function mountVolume(): Promise<void> {
  const size = { storage: "1Gi" };
  await succeed("POST", "/api/v1/persistentvolumes", {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "leaver-data" },
    spec: {
      storageClassName: "tenant-leaver",
      capacity: size,
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-0leaver" },
    },
  });
  await succeed("POST", `/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data" },
    spec: {
      storageClassName: "tenant-leaver",
      accessModes: ["ReadWriteOnce"],
      resources: { requests: size },
    },
  });
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
  await succeed(
    "POST",
    `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
    workload("apps/v1", "Deployment", { replicas: 1 }, { volumes }),
  );
  await bound(NAMESPACE, 1);
  await eventually(async () => {
    const { status } = await succeed("GET", `/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims/data`);
    assert.equal((status as { phase: string }).phase, "Bound");
  });
}

describe("a tenant that leaves (R85, R89, R90)", () => {
  let neighbour: Record<string, string>;
  let velero: ReturnType<typeof playVelero>;
  let certificate: Certificate;

  before(async function () {
    this.timeout(600_000);
    await standing();
    await becomeOperator();
    const { project } = sandbox();
    project.write(LIST, LEAVER.name, LEAVER);
    project.write(LIST, STAYER.name, STAYER);
    await up(run(LIST));
    for (const { id } of [LEAVER, STAYER]) {
      await vault(root(), id, "POST", "kv/data/team/db", { data: { kept: "yes" } });
      await backUp(id, "nightly");
    }
    await mountVolume();
    await succeed("POST", `/api/v1/namespaces/${NAMESPACE}/configmaps`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", finalizers: [HOLD] },
    });
    velero = playVelero(LEAVER.id);
    neighbour = await resourceVersions("tenant-stayer");
  });

  after(() => velero.end());

  it("is told beforehand what would go, what would stay and what is held", async () => {
    const { would, inTheWay } = await dryRunOffboard({ ...runAsOperator(LIST), tenant: LEAVER.name });
    assert.deepEqual(inTheWay, []);
    for (const what of [
      `remove configmaps ${NAMESPACE}/settings, once ${HOLD} let it go`,
      `remove the namespace ${NAMESPACE}`,
      "leave volume leaver-data to its policy Retain",
    ]) {
      assert.ok(would.includes(what), would.join("\n"));
    }
    assert.equal((await ask("GET", `/api/v1/namespaces/${NAMESPACE}/configmaps/settings`)).status, 200);
  });

  it("loses its access first, and goes no further while somebody still names it (A239)", async function () {
    this.timeout(300_000);
    const iam = new IAMClient(clientOptions());
    const issuer = "oidc.eks.example/id/SANDBOX";
    const trust = {
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: { [`${issuer}:sub`]: `system:serviceaccount:${NAMESPACE}:workload` } },
      },
    };
    const RoleName = "forgotten";
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
    const { kind, message } = await failure(leave());
    await iam.send(new DeleteRoleCommand({ RoleName }));
    assert.equal(kind, "resource", message);
    assert.match(message, /these still name leaver: the trust of IAM role forgotten; remove them/);
    assert.equal(
      (await ask("GET", `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/tenant-admin`)).status,
      404,
    );
    assert.equal((await ask("GET", `/api/v1/namespaces/${NAMESPACE}`)).status, 200);
  });

  it("is backed up once, and held by what a finalizer holds, by name (A240)", async function () {
    this.timeout(300_000);
    const { kind, exitCode, message } = await failure(leave({ timeoutSeconds: 10 }));
    assert.deepEqual([kind, exitCode], ["timeout", 9], message);
    assert.match(
      message,
      /held by finalizers: configmaps tenant-leaver\/settings \(evil\.example\/hold\); have the/,
    );
    assert.equal(velero.names.length, 1);
    assert.equal((await ask("GET", `/api/v1/namespaces/${NAMESPACE}`)).status, 200);
  });

  it("goes when that is approved, although the command is killed before it has seen so", async function () {
    this.timeout(300_000);
    const watch = killing("ask whether everything is gone");
    await assert.rejects(
      leave({ releaseFinalizers: [HOLD], watch }),
      /killed before: ask whether everything is gone/,
    );
    certificate = await leave();
    assert.equal(certificate.stage, "retained");
    assert.equal(velero.names.length, 1, "one backup is enough");
    assert.equal((await ask("GET", `/api/v1/namespaces/${NAMESPACE}`)).status, 404);
  });

  it("has a certificate that says what was tried, gone, kept and let go", () => {
    const { credentials, gone, retained, released, backup, volumes, references, plans } = certificate;
    const refusals = new Map(credentials.tried.map(({ credential, refused }) => [credential, refused]));
    const account = (name: string) => refusals.get(`token of ServiceAccount ${NAMESPACE}/${name}`) ?? "";
    for (const name of ["tenant-admin", "tenant-dev", "tenant-view", "tenant-reconciler"]) {
      assert.match(account(name), /: 401 Unauthorized$/, name);
    }
    for (const role of ["reader", "writer"]) {
      assert.match(refusals.get(`secret id of AppRole ${role}`) ?? "", /auth\/approle\/login: 40[034] /);
      assert.match(
        refusals.get(`Vault token of AppRole ${role}`) ?? "",
        /lookup-self: 403 .*permission denied/,
      );
    }
    assert.ok(gone.some(({ what, answered }) => what === `namespace ${NAMESPACE}` && answered === "404"));
    const kept = Object.fromEntries(retained.map(({ what, answered }) => [what, answered]));
    assert.match(kept["backups"] ?? "", /^2 objects in 2 versions, 38 bytes$/);
    assert.equal(kept["values in Vault"], "1 values");
    assert.equal(kept["volumes"], "leaver-data (Released, tenant-leaver/data)");
    assert.match(kept[`KMS key ${names.keyAlias(LEAVER.id)}`] ?? "", /^Enabled arn:aws:kms:/);
    assert.deepEqual(released, [{ object: "configmaps tenant-leaver/settings", finalizer: HOLD }]);
    assert.equal(backup?.taken === true && backup.phase, "Completed");
    assert.deepEqual(
      volumes.map(({ name, reclaimPolicy, handle }) => [name, reclaimPolicy, handle]),
      [["leaver-data", "Retain", "vol-0leaver"]],
    );
    assert.ok(references.every(({ answered }) => /^none of \d+ names|^no such kind/.test(answered)));
    assert.ok(plans.every(({ digest }) => /^[0-9a-f]{64}$/.test(digest)));
    const folder = path.join(sandbox().project.directory, "out", "offboarding", LIST);
    const text = fs.readFileSync(path.join(folder, `leaver-${LEAVER.id}.md`), "utf8");
    assert.match(text, /^# Tenant leaver has left; its data is kept$/m);
  });

  it("has a certificate that the live servers confirm, and stop to confirm when something comes back", async () => {
    const servers = await liveServers(runAsOperator(LIST));
    const { holds, findings, missing } = await checkCertificate(certificate, servers);
    assert.ok(holds, JSON.stringify([findings.filter((finding) => !finding.holds), missing]));
    assert.equal(findings.length, certificate.gone.length + certificate.retained.length);
    await vault(root(), LEAVER.id, "POST", "kv/data/planted", { data: {} });
    const spoilt = await checkCertificate(certificate, servers);
    assert.deepEqual(
      spoilt.findings.filter((finding) => !finding.holds).map(({ what, answered }) => [what, answered]),
      [["values in Vault", "2 values, and was 1 values"]],
    );
    await vault(root(), LEAVER.id, "DELETE", "kv/metadata/planted");
  });

  it("has left once and for all: a second run asks nobody and changes nothing (A244)", async () => {
    const steps: string[] = [];
    const again = await leave({ watch: (progress) => progress.type === "step" && steps.push(progress.step) });
    assert.deepEqual(again, certificate);
    assert.deepEqual(steps, []);
  });

  it("keeps its id while its data is kept (A242)", async () => {
    const { project } = sandbox();
    project.write(LIST, "newcomer", { name: "newcomer", id: LEAVER.id, owners: OWNERS });
    const { kind, message } = await failure(preview(run(LIST)));
    project.take(LIST, "newcomer");
    assert.equal(kind, "badInput");
    assert.match(message, /is the id of tenant leaver/);
  });

  describe("and is purged", () => {
    it("not before the time, and not under a legal hold (A243)", async () => {
      const early = await failure(destroyData());
      assert.match(early.message, /the data of leaver is kept until \d{4}-\d\d-\d\d; nothing was deleted/);
      const { project } = sandbox();
      const text = project.take(LIST, LEAVER.name);
      project.restore(
        LIST,
        LEAVER.name,
        text.replace("state: retained", "state: retained\n  legalHold: true"),
      );
      const held = await failure(destroyData(now));
      project.restore(LIST, LEAVER.name, text);
      assert.match(held.message, /under a legal hold; nothing was deleted/);
      assert.equal(await versionsBelow(LEAVER.id), 2);
    });

    it("is told beforehand what becomes unreadable, and why it may not yet", async () => {
      const { would, inTheWay } = await dryRunPurge({ ...runAsOperator(LIST), tenant: LEAVER.name });
      assert.match(would.join("\n"), /delete 2 versions of 2 objects \(38 bytes\) in s3:/);
      assert.match(
        inTheWay.join("\n"),
        /is kept until \d{4}-\d\d-\d\d;.*\nvolume leaver-data \(Released\) still uses the key$/,
      );
      assert.equal(await versionsBelow(LEAVER.id), 2);
    });

    it("not while a volume lies under the key (A246)", async () => {
      const { kind, message } = await failure(destroyData(now));
      assert.equal(kind, "resource", message);
      assert.match(
        message,
        /these still use the key of leaver .*: volume leaver-data \(Released\); delete them/,
      );
      assert.equal(await versionsBelow(LEAVER.id), 2);
      await succeed("DELETE", "/api/v1/persistentvolumes/leaver-data");
      await eventually(async () =>
        assert.equal((await ask("GET", "/api/v1/persistentvolumes/leaver-data")).status, 404),
      );
    });

    it("in the end, although the command is killed twice: backups, values and the key", async function () {
      this.timeout(300_000);
      for (const step of ["lift the protection of the data", "remove key, alias and Vault namespace"]) {
        await assert.rejects(
          destroyData({ ...now, watch: killing(step) }),
          new RegExp(`killed before: ${step}`),
        );
      }
      certificate = await destroyData(now);
      assert.equal(certificate.stage, "purged");
      assert.equal(await versionsBelow(LEAVER.id), 0);
      assert.equal((await vault(root(), "", "GET", `sys/namespaces/${LEAVER.id}`)).status, 404);
      const { keyArn, until, prefix } = certificate.ledger ?? assert.fail("there is no ledger");
      assert.deepEqual([prefix.objects, prefix.versions, prefix.bytes], [2, 2, 38]);
      const kms = new KMSClient(clientOptions());
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyArn }));
      assert.equal(KeyMetadata?.KeyState, "PendingDeletion");
      assert.equal(KeyMetadata?.DeletionDate?.toISOString(), until);
    });

    it("with a certificate that the live servers confirm, and the file beside it", async () => {
      const { holds, findings, missing } = await checkCertificate(
        certificate,
        await liveServers(runAsOperator(LIST)),
      );
      assert.ok(holds, JSON.stringify([findings.filter((finding) => !finding.holds), missing]));
      const { project } = sandbox();
      assert.deepEqual(project.tenants(LIST), ["stayer"]);
      const copy = path.join(project.directory, "out", "offboarding", LIST, `leaver-${LEAVER.id}.yaml`);
      assert.match(fs.readFileSync(copy, "utf8"), /state: retained/);
    });

    it("once and for all", async () => assert.deepEqual(await destroyData(now), certificate));
  });

  // After what is purged: mocha runs the tests of a suite before those of suites within it.
  describe("and its neighbour", () => {
    it("noticed nothing", async () => {
      assert.deepEqual(await resourceVersions("tenant-stayer"), neighbour);
      assert.equal(await versionsBelow(STAYER.id), 1);
      const { status } = await vault(root(), STAYER.id, "GET", "kv/data/team/db");
      assert.equal(status, 200);
    });

    it("loses what it has in AWS and Vault, when it leaves, also while the cluster does not answer (F81)", async () => {
      const kubeconfig = path.join(sandbox().dataDir, "gone.kubeconfig");
      const text = fs.readFileSync(sandbox().env["KUBECONFIG"] ?? "", "utf8");
      fs.writeFileSync(kubeconfig, text.replace(/https:\/\/127\.0\.0\.1:\d+/, "https://127.0.0.1:1"));
      const environment = { KUBECONFIG: kubeconfig, TENANTRY_OPERATOR_KUBECONFIG: kubeconfig };
      const { exitCode, message } = await failure(
        offboard({ ...runAsOperator(LIST, environment), tenant: STAYER.name }),
      );
      assert.equal(exitCode, 1);
      assert.match(
        message,
        /127\.0\.0\.1:1 does not answer: .*; stayer is shut out of AWS and Vault, .* for tenant-stayer:/,
      );
      const { body } = await vault(root(), STAYER.id, "GET", "sys/auth");
      assert.deepEqual(Object.keys(body["data"] as object), ["token/"]);
      const { PolicyDocument = "" } = await new IAMClient(clientOptions()).send(
        new GetRolePolicyCommand({
          RoleName: names.workloadRoleName(STAYER.id),
          PolicyName: names.SHUT_POLICY,
        }),
      );
      assert.match(decodeURIComponent(PolicyDocument), /"Effect":"Deny","Action":"\*"/);
      const file = path.join(sandbox().project.directory, "tenants", LIST, "stayer.yaml");
      assert.match(fs.readFileSync(file, "utf8"), /state: offboarding/);
      assert.equal((await ask("GET", "/api/v1/namespaces/tenant-stayer")).status, 200);
    });
  });
});
