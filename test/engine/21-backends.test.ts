/**
 * Where the state may lie, who may write to it, and what it never holds (R98, R99; attacks F19-F23, F28): a bucket and a
 * folder on live servers, one run at a time, two lists beside each other.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { IAMClient, DeleteRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { RunFailure } from "../../automation/outcome";
import { preview, up } from "../../automation/engine/run";
import { openStack } from "../../automation/workspace";
import * as names from "../../model/names";
import { layout } from "../../sandbox/layout";
import { clientOptions, REGION } from "./aws";
import { platformStanding, run, sandbox } from "./fixture";
import { Fronts } from "./fronts";
import { assertStands } from "./standing";

const BUCKET = "tenantry-states";
const [PAILS, TUBS, FILES] = ["pails", "tubs", "shelves"] as const;
const tenantOf = (list: string, digit: number) => ({
  name: `${list}-one`,
  id: `bac3e0d0-000${digit}-4000-8000-000000000001`,
  owners: ["bea@backends.example"],
});
const TENANTS = { [PAILS]: tenantOf(PAILS, 1), [TUBS]: tenantOf(TUBS, 2), [FILES]: tenantOf(FILES, 3) };

const s3 = () => new S3Client({ ...clientOptions(), forcePathStyle: true });

async function failure(of: Promise<unknown>): Promise<RunFailure> {
  const error = await of.then(
    () => assert.fail("the run did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RunFailure, String(error));
  return error;
}

/** Names of the texts that hold one of the secrets, in plain or in Base64, with the secret's name. */
function holding(texts: ReadonlyMap<string, string>, secrets: Readonly<Record<string, string>>): string[] {
  const needles = Object.entries(secrets).flatMap(([name, secret]) => [
    { name, needle: secret },
    { name: `${name} in Base64`, needle: Buffer.from(secret).toString("base64").replace(/=+$/, "") },
  ]);
  return [...texts].flatMap(([file, text]) =>
    needles.filter(({ needle }) => text.includes(needle)).map(({ name }) => `${file}: ${name}`),
  );
}

describe("the state", function () {
  this.timeout(600_000);
  let fronts: Fronts;
  const pailsIn = (endpoint: string) => ({
    ...run(PAILS),
    environment: {
      ...fronts.through(run(PAILS).environment),
      PULUMI_BACKEND_URL: `s3://${BUCKET}?endpoint=${encodeURIComponent(endpoint)}&s3ForcePathStyle=true&region=${REGION}`,
    },
  });
  const bucket = () => pailsIn(sandbox().env["AWS_ENDPOINT_URL"] ?? "");
  const folder = (list: string) => ({ ...run(list), environment: fronts.through(run(list).environment) });

  before(async () => {
    await platformStanding();
    fronts = await Fronts.open();
    for (const [list, tenant] of Object.entries(TENANTS)) {
      sandbox().project.write(list, tenant.name, tenant);
    }
    await s3().send(
      new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }),
    );
    await s3().send(
      new PutPublicAccessBlockCommand({
        Bucket: BUCKET,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
    );
    // What the pipeline of a list needs besides the provisioner's rights, where its state lies in a bucket.
    const statement = {
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
    };
    await new IAMClient(clientOptions()).send(
      new PutRolePolicyCommand({
        RoleName: names.PROVISIONER_ROLE,
        PolicyName: "state",
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
      }),
    );
    // Lists read the platform from the same backend.
    const platform = await (await openStack(run("platform"))).exportStack();
    await (await openStack({ ...bucket(), stack: "platform" })).importStack(platform);
  });
  after(async () => {
    await fronts?.close();
    const role = { RoleName: names.PROVISIONER_ROLE, PolicyName: "state" };
    await new IAMClient(clientOptions()).send(new DeleteRolePolicyCommand(role)).catch(() => undefined);
    for (const list of Object.keys(TENANTS)) {
      fs.rmSync(path.join(sandbox().project.directory, "tenants", list), { recursive: true, force: true });
    }
  });

  it("lies in a bucket, where a run that can no longer write it goes on in one more", async () => {
    let written = 0;
    const state = (url: string) => url.includes(`/${BUCKET}/.pulumi/stacks/`);
    fronts.intercept({
      asked: ({ method, path: url }) =>
        method === "PUT" && state(url) && ++written > 12
          ? {
              status: 507,
              body: "<Error><Code>InsufficientStorage</Code><Message>the disk is full</Message></Error>",
            }
          : undefined,
    });
    const { kind, message } = await failure(up(pailsIn(fronts.by.aws.address)));
    fronts.intercept();
    assert.equal(kind, "failure", message);
    assert.match(message, /the state could not be written/);
    await up(bucket());
    await assertStands(bucket(), TENANTS[PAILS].id, ["tenant-pails-one"]);
  });

  it("lies in a folder, and two lists are brought up at once", async () => {
    await Promise.all([up(folder(TUBS)), up(folder(FILES))]);
    await assertStands(folder(TUBS), TENANTS[TUBS].id, ["tenant-tubs-one"]);
    await assertStands(folder(FILES), TENANTS[FILES].id, ["tenant-shelves-one"]);
  });

  for (const [where, project, list] of [
    ["a folder", () => folder(TUBS), TUBS],
    ["a bucket", () => bucket(), PAILS],
  ] as const) {
    it(`is written by one run at a time, in ${where}: the second is told who the first is`, async () => {
      sandbox().project.change(list, TENANTS[list].name, { displayName: `changed in ${where}` });
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      let reached = () => {};
      const writing = new Promise<void>((resolve) => (reached = resolve));
      fronts.intercept({
        asked: async ({ writes, path: url }) => {
          if (writes && !url.includes(BUCKET)) {
            reached();
            await held;
          }
          return undefined;
        },
      });
      const first = up(project());
      await Promise.race([writing, first]);
      const { kind, exitCode, message } = await failure(up(project()));
      assert.equal(kind, "locked", message);
      assert.equal(exitCode, 10);
      const user = os.userInfo().username;
      assert.match(
        message,
        new RegExp(`^${user} on ${os.hostname()} \\(process \\d+\\) since .* holds the stack ${list}`),
      );
      const [, pid] = /process (\d+)/.exec(message) ?? [];
      assert.match(fs.readFileSync(`/proc/${pid}/cmdline`, "utf8"), /pulumi/);
      release();
      await first;
      fronts.intercept();
    });
  }

  it("knows Postgres by its URL; here no server answers", async () => {
    const environment = {
      ...run(TUBS).environment,
      PULUMI_BACKEND_URL: "postgres://nobody@127.0.0.1:1/states",
    };
    const { message } = await failure(preview({ ...run(TUBS), environment }));
    assert.match(message, /connection refused/);
  });

  it("holds no secret, neither itself nor its history and backups", async () => {
    const { env, provisioner = {}, dataDir } = sandbox();
    const kubeconfig = fs.readFileSync(provisioner["KUBECONFIG"] ?? "", "utf8");
    const [, token = ""] = /"?token"?:\s*"?([\w.-]+)/.exec(kubeconfig) ?? [];
    const secrets = {
      "the provisioner's token for the cluster": token,
      "its Vault token": provisioner["VAULT_TOKEN"] ?? "",
      "its key in AWS": provisioner["AWS_SECRET_ACCESS_KEY"] ?? "",
      "its session in AWS": provisioner["AWS_SESSION_TOKEN"] ?? "",
      "the administrator's Vault token": env["VAULT_TOKEN"] ?? "",
      "the administrator's key in AWS": env["AWS_SECRET_ACCESS_KEY"] ?? "",
    };
    Object.entries(secrets).forEach(([name, secret]) => assert.ok(secret.length > 12, name));

    const texts = new Map<string, string>();
    const { state } = layout(dataDir);
    for (const file of fs.readdirSync(state, { recursive: true, encoding: "utf8" })) {
      if (fs.statSync(path.join(state, file)).isFile()) {
        texts.set(file, fs.readFileSync(path.join(state, file), "utf8"));
      }
    }
    const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket: BUCKET }));
    for (const { Key = "" } of Contents) {
      const { Body } = await s3().send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      texts.set(`s3: ${Key}`, (await Body?.transformToString()) ?? "");
    }
    const files = [...texts.keys()];
    for (const kind of [
      /^\.pulumi\/stacks\/.*tubs\.json$/,
      /\.bak$/,
      /^\.pulumi\/history\//,
      /^s3: .*pails\.json$/,
    ]) {
      assert.ok(
        files.some((file) => kind.test(file)),
        `no file like ${kind}`,
      );
    }
    // The same search finds what is there, and what somebody would leave.
    assert.ok(holding(texts, { name: "tenant-tubs-one" }).length > 2);
    assert.deepEqual(holding(new Map([["planted", `{"token":"${token}"}`]]), secrets), [
      "planted: the provisioner's token for the cluster",
    ]);
    assert.deepEqual(holding(texts, secrets), []);
  });
});
