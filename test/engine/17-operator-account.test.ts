/**
 * The operator on the live AWS emulator, by a session of its role: it destroys backups in every version, reads none, and
 * does nothing else (R1-R4, R90). Beside each refusal stands the administrator's success. What the emulator does not
 * evaluate stands in test/components/operator-account.test.ts.
 */

import assert from "node:assert/strict";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import * as secrets from "@aws-sdk/client-secrets-manager";
import * as sts from "@aws-sdk/client-sts";
import { up } from "../../automation/engine/run";
import { countObjects, deleteObjects } from "../../automation/leaving/shred-objects";
import { operatorEnvironment } from "../../sandbox/operator";
import { ACCOUNT, assumeByToken, clientOptions, type Credentials } from "./aws";
import { sandbox } from "./fixture";

/** A tenant that exists nowhere else. */
const ID = "0be4a704-0002-4000-8000-000000000002";
const ROLE = "tenantry-operator";
const Bucket = "tenantry-sandbox-backups";
const Key = `tenants/${ID}/backups/1`;
const OUTSIDE = "platform/1";
const PLACE = { bucket: Bucket, prefix: `tenants/${ID}/` } as const;

interface Session {
  readonly iam: iam.IAMClient;
  readonly kms: kms.KMSClient;
  readonly s3: s3.S3Client;
  readonly secrets: secrets.SecretsManagerClient;
  readonly sts: sts.STSClient;
}
type Request = (as: Session) => Promise<unknown>;

/** By default the administrator's. */
function sessionOf(credentials?: Credentials): Session {
  const options = clientOptions(credentials);
  return {
    iam: new iam.IAMClient(options),
    kms: new kms.KMSClient(options),
    s3: new s3.S3Client({ ...options, forcePathStyle: true }),
    secrets: new secrets.SecretsManagerClient(options),
    sts: new sts.STSClient(options),
  };
}

describe("the operator on the live AWS emulator", () => {
  let administrator: Session;
  let operator: Session;
  let KeyId: string;
  let outside: string | undefined;

  const put = async (key: string) => {
    const { VersionId } = await administrator.s3.send(
      new s3.PutObjectCommand({
        Bucket,
        Key: key,
        Body: "what a backup holds",
        ServerSideEncryption: "aws:kms",
        SSEKMSKeyId: KeyId,
      }),
    );
    return VersionId;
  };

  before(async function () {
    this.timeout(600_000);
    administrator = sessionOf();
    const { project, env, dataDir } = sandbox();
    const made = administrator.iam.send(new iam.GetRoleCommand({ RoleName: ROLE }));
    if ((await made.catch(() => undefined)) === undefined) {
      await up({ stack: "platform", directory: project.directory, environment: env });
    }
    const own = await operatorEnvironment(dataDir);
    operator = sessionOf({
      accessKeyId: own["TENANTRY_OPERATOR_AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: own["TENANTRY_OPERATOR_AWS_SECRET_ACCESS_KEY"] ?? "",
      sessionToken: own["TENANTRY_OPERATOR_AWS_SESSION_TOKEN"] ?? "",
    });
    const { KeyMetadata } = await administrator.kms.send(new kms.CreateKeyCommand({}));
    KeyId = KeyMetadata?.KeyId ?? "";
    await administrator.secrets.send(
      new secrets.CreateSecretCommand({ Name: `tenantry/${ID}/db`, SecretString: "x" }),
    );
    outside = await put(OUTSIDE);
    await put(Key);
  });

  after(async () => {
    await administrator.s3.send(new s3.DeleteObjectCommand({ Bucket, Key: OUTSIDE, VersionId: outside }));
    await deleteObjects(administrator.s3, PLACE, () => undefined);
    await administrator.secrets.send(
      new secrets.DeleteSecretCommand({ SecretId: `tenantry/${ID}/db`, ForceDeleteWithoutRecovery: true }),
    );
    await administrator.kms.send(new kms.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  });

  it("is its ServiceAccount's, and nobody else's", async () => {
    const { Arn } = await operator.sts.send(new sts.GetCallerIdentityCommand({}));
    assert.equal(Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/${ROLE}/operator`);
    const sub = "system:serviceaccount:tenantry-system:operator";
    await assumeByToken(ROLE, { sub });
    for (const claims of [
      { sub: "system:serviceaccount:tenantry-system:provisioner" },
      { sub: "system:serviceaccount:tenant-acme:operator" },
      { sub, aud: "vault" },
    ]) {
      await assert.rejects(assumeByToken(ROLE, claims), /AssumeRoleWithWebIdentity|audience/);
    }
    await assert.rejects(
      administrator.sts.send(
        new sts.AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`, RoleSessionName: "x" }),
      ),
      /sts:AssumeRole/,
    );
  });

  const without = "because no identity-based policy allows";
  const denied = "with an explicit deny in an identity-based policy";
  const attempts: [what: string, action: string, reason: string, climb: Request][] = [
    ["read a backup", "s3:GetObject", denied, (as) => as.s3.send(new s3.GetObjectCommand({ Bucket, Key }))],
    [
      "write a backup",
      "s3:PutObject",
      denied,
      (as) =>
        as.s3.send(
          new s3.PutObjectCommand({
            Bucket,
            Key,
            Body: "evil",
            ServerSideEncryption: "aws:kms",
            SSEKMSKeyId: KeyId,
          }),
        ),
    ],
    [
      "look at the objects of others",
      "s3:ListBucketVersions",
      without,
      (as) => as.s3.send(new s3.ListObjectVersionsCommand({ Bucket, Prefix: "platform/" })),
    ],
    [
      "look at the whole bucket",
      "s3:ListBucketVersions",
      without,
      (as) => as.s3.send(new s3.ListObjectVersionsCommand({ Bucket })),
    ],
    [
      "destroy what is no tenant's",
      "s3:DeleteObjectVersion",
      denied,
      async (as) => as.s3.send(new s3.DeleteObjectCommand({ Bucket, Key: OUTSIDE, VersionId: outside })),
    ],
    [
      "open the bucket",
      "s3:DeleteBucketPolicy",
      denied,
      async (as) => {
        const { Policy } = await administrator.s3.send(new s3.GetBucketPolicyCommand({ Bucket }));
        await as.s3.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
        await as.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
      },
    ],
    [
      "use a key",
      "kms:GenerateDataKey",
      denied,
      (as) => as.kms.send(new kms.GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" })),
    ],
    ["look at a key", "kms:DescribeKey", denied, (as) => as.kms.send(new kms.DescribeKeyCommand({ KeyId }))],
    [
      "destroy a key",
      "kms:ScheduleKeyDeletion",
      denied,
      async (as) => {
        await as.kms.send(new kms.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
        await as.kms.send(new kms.CancelKeyDeletionCommand({ KeyId }));
      },
    ],
    [
      "read a secret",
      "secretsmanager:GetSecretValue",
      denied,
      (as) => as.secrets.send(new secrets.GetSecretValueCommand({ SecretId: `tenantry/${ID}/db` })),
    ],
    [
      "read a role",
      "iam:GetRole",
      denied,
      (as) => as.iam.send(new iam.GetRoleCommand({ RoleName: "tenantry-provisioner" })),
    ],
    [
      "widen its own role",
      "iam:PutRolePolicy",
      denied,
      async (as) => {
        const name = { RoleName: ROLE, PolicyName: "more" };
        const PolicyDocument = JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Deny", Action: "ec2:*", Resource: "*" }],
        });
        await as.iam.send(new iam.PutRolePolicyCommand({ ...name, PolicyDocument }));
        await as.iam.send(new iam.DeleteRolePolicyCommand(name));
      },
    ],
  ];
  for (const [what, action, reason, climb] of attempts) {
    it(`may not ${what}: ${action}`, async () => {
      await assert.rejects(climb(operator), ({ name, message }: Error) => {
        const sentence = new RegExp(`not authorized to perform: ${action} ${reason}`);
        assert.match(message, sentence, `${name}: ${message}`);
        return true;
      });
      await climb(administrator);
    });
  }

  it("sees whom roles trust", async () => {
    const { Roles = [] } = await operator.iam.send(new iam.ListRolesCommand({}));
    const trust = Roles.find(({ RoleName }) => RoleName === ROLE)?.AssumeRolePolicyDocument ?? "";
    assert.match(decodeURIComponent(trust), /system:serviceaccount:tenantry-system:operator/);
  });

  it("destroys a tenant's backups in every version, with what was never finished", async () => {
    await put(Key);
    await administrator.s3.send(new s3.DeleteObjectCommand({ Bucket, Key }));
    await administrator.s3.send(
      new s3.CreateMultipartUploadCommand({
        Bucket,
        Key: `${Key}-never`,
        ServerSideEncryption: "aws:kms",
        SSEKMSKeyId: KeyId,
      }),
    );
    assert.ok((await countObjects(operator.s3, PLACE)).versions >= 2);
    assert.ok((await deleteObjects(operator.s3, PLACE, () => undefined)) >= 3);
    assert.equal((await countObjects(administrator.s3, PLACE)).versions, 0);
    const { Uploads = [] } = await administrator.s3.send(
      new s3.ListMultipartUploadsCommand({ Bucket, Prefix: PLACE.prefix }),
    );
    assert.deepEqual(Uploads, []);
  });
});
