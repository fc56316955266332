/**
 * Questions to the live AWS emulator, asked with tenants' roles: each refusal beside its legal twin (R66-R68). What the
 * emulator does not evaluate stands in test/components/aws-policies.test.ts.
 */

import assert from "node:assert/strict";
import {
  CreateGrantCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ACCOUNT, assumeByToken, clientOptions, REGION, type Claims } from "./aws";
import { tenantId } from "./fixture";

const BUCKET = "tenantry-sandbox-backups";
const VELERO = "system:serviceaccount:velero:velero";

interface Session {
  readonly s3: S3Client;
  readonly kms: KMSClient;
}

describe("tenants on the live AWS emulator", () => {
  let acme: string;
  let globex: string;
  let own: Session;
  let stranger: Session;

  before(async () => {
    [acme, globex] = [tenantId("acme"), tenantId("globex")];
    own = await sessionOf(acme);
    stranger = await sessionOf(globex);
  });

  async function refused(request: Promise<unknown>, action: string): Promise<void> {
    await assert.rejects(request, (error: Error) => {
      assert.match(
        error.message,
        new RegExp(`not authorized to perform: ${action}`),
        `${error.name}: ${error.message}`,
      );
      return true;
    });
  }

  describe("assuming the backup role (R67)", () => {
    it("takes Velero's ServiceAccount of this cluster", async () => {
      assert.ok((await assume(acme, {})).accessKeyId);
    });

    for (const [what, claims] of [
      ["another ServiceAccount", { sub: "system:serviceaccount:velero:default" }],
      ["a tenant's own velero", { sub: "system:serviceaccount:tenant-acme:velero" }],
      ["a token for another audience", { aud: "vault" }],
      ["another cluster", { iss: "https://oidc.other.example" }],
    ] as const) {
      it(`refuses ${what}`, () =>
        assert.rejects(assume(acme, claims), /Not authorized to perform sts:AssumeRoleWithWebIdentity/));
    }
  });

  describe("in the backup bucket (R68)", () => {
    /** As Velero writes: under the key that the location names. */
    const encrypted = (id: string) =>
      ({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: keyAliasArn(id) }) as const;
    const put = (session: Session, id: string, key: string, encryption: object = encrypted(id)) =>
      session.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: "x", ...encryption }));
    const list = (session: Session, prefix?: string) =>
      session.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));

    it("writes, reads, lists and deletes under its own prefix", async () => {
      const key = `tenants/${acme}/backups/1`;
      await put(own, acme, key);
      const { Body } = await own.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      assert.equal(await Body?.transformToString(), "x");
      const { Contents } = await list(own, `tenants/${acme}/`);
      assert.deepEqual(
        Contents?.map(({ Key }) => Key),
        [key],
      );
      await own.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    });

    it("writes nothing in the clear", () =>
      refused(put(own, acme, `tenants/${acme}/clear`, {}), "s3:PutObject"));

    it("reads, writes, copies and deletes nothing of another tenant's", async () => {
      const key = `tenants/${globex}/backups/1`;
      await put(stranger, globex, key);
      await refused(own.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key })), "s3:GetObject");
      await refused(put(own, acme, key), "s3:PutObject");
      await refused(own.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key })), "s3:DeleteObject");
      const copy = new CopyObjectCommand({
        Bucket: BUCKET,
        Key: `tenants/${acme}/stolen`,
        CopySource: `${BUCKET}/${key}`,
        ...encrypted(acme),
      });
      await refused(own.s3.send(copy), "s3:GetObject");
      await stranger.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    });

    it("opens no prefix that only begins like its own (attack A209)", async () => {
      await refused(put(own, acme, `tenants/${acme}-eu/x`), "s3:PutObject");
      await refused(put(own, acme, `tenants/${acme}x`), "s3:PutObject");
    });

    it("lists nothing above or beside its prefix (attack A210)", async () => {
      for (const prefix of [
        undefined,
        "",
        "t",
        "tenants/",
        `tenants/${acme}`,
        `tenants/${acme}-eu/`,
        `tenants/${globex}/`,
      ]) {
        await refused(list(own, prefix), "s3:ListBucket");
      }
    });

    it("changes no bucket policy (attack A213)", () =>
      refused(
        own.s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: "{}" })),
        "s3:PutBucketPolicy",
      ));
  });

  describe("with keys (R66)", () => {
    it("sees its own key, enabled, and no other", async () => {
      const { KeyMetadata } = await own.kms.send(new DescribeKeyCommand({ KeyId: keyAliasArn(acme) }));
      assert.equal(KeyMetadata?.KeyState, "Enabled");
      await refused(own.kms.send(new DescribeKeyCommand({ KeyId: keyAliasArn(globex) })), "kms:DescribeKey");
      await stranger.kms.send(new DescribeKeyCommand({ KeyId: keyAliasArn(globex) }));
    });

    it("uses neither its own key past S3 nor another's at all (attacks A214, A215)", async () => {
      for (const id of [acme, globex]) {
        await refused(
          own.kms.send(new GenerateDataKeyCommand({ KeyId: keyAliasArn(id), KeySpec: "AES_256" })),
          "kms:GenerateDataKey",
        );
        await refused(
          own.kms.send(new EncryptCommand({ KeyId: keyAliasArn(id), Plaintext: Buffer.from("x") })),
          "kms:Encrypt",
        );
      }
    });

    it("administers nothing (attack A216)", async () => {
      const { KeyMetadata } = await own.kms.send(new DescribeKeyCommand({ KeyId: keyAliasArn(acme) }));
      const KeyId = KeyMetadata?.KeyId;
      await refused(
        own.kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
        "kms:ScheduleKeyDeletion",
      );
      await refused(own.kms.send(new PutKeyPolicyCommand({ KeyId, Policy: "{}" })), "kms:PutKeyPolicy");
    });

    it("is closed to the administrator too, who may still describe it", async () => {
      const admin = new KMSClient(clientOptions());
      const { KeyMetadata } = await admin.send(new DescribeKeyCommand({ KeyId: keyAliasArn(acme) }));
      const KeyId = KeyMetadata?.KeyId;
      await refused(
        admin.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" })),
        "kms:GenerateDataKey",
      );
      await refused(admin.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("x") })), "kms:Encrypt");
      const grant = new CreateGrantCommand({
        KeyId,
        GranteePrincipal: `arn:aws:iam::${ACCOUNT}:user/administrator`,
        Operations: ["Decrypt"],
      });
      await refused(admin.send(grant), "kms:CreateGrant");
    });
  });
});

function keyAliasArn(id: string): string {
  return `arn:aws:kms:${REGION}:${ACCOUNT}:alias/tenantry/${id}`;
}

/** Clients of the tenant's backup role, as Velero would have them. */
async function sessionOf(id: string): Promise<Session> {
  const credentials = await assume(id, {});
  return {
    s3: new S3Client({ ...clientOptions(credentials), forcePathStyle: true }),
    kms: new KMSClient(clientOptions(credentials)),
  };
}

/** By default as Velero of this cluster. */
function assume(id: string, claims: Claims) {
  return assumeByToken(`tenantry-${id}-backup`, { sub: VELERO, ...claims });
}
