/**
 * The provisioner on the live AWS emulator, by credentials of its role: what a tenant list needs is granted, and every
 * way to climb from there is refused, whatever policies it has written itself (R1-R4). Beside each refusal stands the
 * legal twin. What the emulator does not evaluate stands in test/components/provisioner-account.test.ts.
 */

import assert from "node:assert/strict";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import * as secrets from "@aws-sdk/client-secrets-manager";
import * as sts from "@aws-sdk/client-sts";
import { up } from "../../automation/engine/run";
import { provisionerEnvironment } from "../../sandbox/provisioner";
import { ACCOUNT, assumeByToken, clientOptions, type Credentials } from "./aws";
import { sandbox } from "./fixture";

/** A tenant that exists nowhere else. */
const ID = "8e4f3b2c-1d0a-4e9f-8b7c-6d5e4f3a2b1c";
const RoleName = `tenantry-${ID}-workload`;
const AliasName = `alias/tenantry/${ID}`;
const SecretId = `tenantry/${ID}/database`;
const OWN = "tenantry-provisioner";
const Bucket = "tenantry-sandbox-backups";
const Key = `tenants/${ID}/backups/1`;

const arn = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;
const BOUNDARY = arn("policy/tenantry-tenant-boundary");
const EVERYTHING = arn("policy/everything");
const policy = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
const ANYTHING = policy({ Action: "*", Resource: "*" });
/** A policy of a key or a secret that opens it to everybody, the provisioner too. */
const TO_ANYBODY = policy({ Principal: "*", Action: "*", Resource: "*" });
/** A trust that lets the provisioner in, and a token of the cluster. */
const TRUST = policy({
  Principal: { AWS: arn(`role/${OWN}`), Federated: arn("oidc-provider/oidc.sandbox.tenantry.dev") },
  Action: ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"],
});
/** An object that the bucket takes. */
const ENCRYPTED = { Body: "x", ServerSideEncryption: "aws:kms", SSEKMSKeyId: AliasName } as const;
const KMS_TAGS = [{ TagKey: "tenant", TagValue: ID }];

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

/** By a deny, or because nothing allows it. */
const DENIED = "with an explicit deny in an identity-based policy";
const NOT_ALLOWED = "because no identity-based policy allows";
type Reason = typeof DENIED | typeof NOT_ALLOWED;

async function refused(request: Promise<unknown>, action: string, reason: Reason): Promise<void> {
  await assert.rejects(request, ({ name, message }: Error) => {
    const sentence = new RegExp(`not authorized to perform: ${action} ${reason}`);
    assert.match(message, sentence, `${name}: ${message}`);
    return true;
  });
}

describe("the provisioner on the live AWS emulator", () => {
  let administrator: Session;
  let provisioner: Session;
  /** The tenant's key, and that of somebody who is no tenant. */
  let own: string;
  let strangers: string;

  async function newKey(as: Session, Tags?: kms.Tag[]): Promise<string> {
    const { KeyMetadata } = await as.kms.send(new kms.CreateKeyCommand({ Tags }));
    return KeyMetadata?.KeyId ?? "";
  }

  before(async function () {
    this.timeout(600_000);
    administrator = sessionOf();
    const made = administrator.iam.send(new iam.GetRoleCommand({ RoleName: OWN }));
    if ((await made.catch(() => undefined)) === undefined) {
      const { project, env } = sandbox();
      await up({ stack: "platform", directory: project.directory, environment: env });
    }
    const env = await provisionerEnvironment(sandbox().dataDir);
    provisioner = sessionOf({
      accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
      sessionToken: env["AWS_SESSION_TOKEN"] ?? "",
    });
    strangers = await newKey(administrator);
    await administrator.kms.send(
      new kms.CreateAliasCommand({ AliasName: "alias/stranger", TargetKeyId: strangers }),
    );
    await administrator.iam.send(
      new iam.CreatePolicyCommand({ PolicyName: "everything", PolicyDocument: ANYTHING }),
    );
    await administrator.secrets.send(
      new secrets.CreateSecretCommand({ Name: "stranger/database", SecretString: "x" }),
    );
  });

  after(async () => {
    const { iam: people, kms: keys, secrets: store, s3: objects } = administrator;
    const deletions: (() => Promise<unknown>)[] = [
      () => people.send(new iam.DeleteRolePolicyCommand({ RoleName, PolicyName: "own-secrets" })),
      () => people.send(new iam.DeleteRoleCommand({ RoleName })),
      () => people.send(new iam.DeletePolicyCommand({ PolicyArn: EVERYTHING })),
      () => keys.send(new kms.DeleteAliasCommand({ AliasName })),
      () => keys.send(new kms.DeleteAliasCommand({ AliasName: "alias/stranger" })),
      () => keys.send(new kms.ScheduleKeyDeletionCommand({ KeyId: own })),
      () => keys.send(new kms.ScheduleKeyDeletionCommand({ KeyId: strangers })),
      () =>
        store.send(
          new secrets.DeleteSecretCommand({
            SecretId: "stranger/database",
            ForceDeleteWithoutRecovery: true,
          }),
        ),
      () => store.send(new secrets.DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
      () => objects.send(new s3.DeleteObjectCommand({ Bucket, Key })),
    ];
    for (const deletion of deletions) {
      await deletion().catch(() => undefined);
    }
  });

  it("makes, reads and changes what a tenant consists of", async () => {
    const { iam: people, kms: keys, secrets: store } = provisioner;
    const Tags = [{ Key: "tenant", Value: ID }];
    await people.send(
      new iam.CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: TRUST,
        PermissionsBoundary: BOUNDARY,
        Tags,
      }),
    );
    await people.send(
      new iam.PutRolePolicyCommand({ RoleName, PolicyName: "own-secrets", PolicyDocument: ANYTHING }),
    );
    await people.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST }));
    await people.send(new iam.UpdateRoleCommand({ RoleName, MaxSessionDuration: 3600 }));
    await people.send(new iam.TagRoleCommand({ RoleName, Tags }));
    await people.send(new iam.GetRoleCommand({ RoleName }));
    await people.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName: "own-secrets" }));
    await people.send(new iam.ListRolePoliciesCommand({ RoleName }));
    await people.send(new iam.ListAttachedRolePoliciesCommand({ RoleName }));
    await people.send(new iam.ListInstanceProfilesForRoleCommand({ RoleName }));

    own = await newKey(provisioner, KMS_TAGS);
    const KeyId = own;
    await keys.send(new kms.PutKeyPolicyCommand({ KeyId, Policy: TO_ANYBODY }));
    await keys.send(new kms.EnableKeyRotationCommand({ KeyId }));
    await keys.send(new kms.UpdateKeyDescriptionCommand({ KeyId, Description: "x" }));
    await keys.send(new kms.TagResourceCommand({ KeyId, Tags: KMS_TAGS }));
    await keys.send(new kms.CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    await keys.send(new kms.ListAliasesCommand({}));
    await keys.send(new kms.DescribeKeyCommand({ KeyId: AliasName }));
    await keys.send(new kms.GetKeyPolicyCommand({ KeyId }));
    await keys.send(new kms.GetKeyRotationStatusCommand({ KeyId }));
    await keys.send(new kms.ListResourceTagsCommand({ KeyId }));
    await keys.send(new kms.ListGrantsCommand({ KeyId }));

    await store.send(new secrets.CreateSecretCommand({ Name: SecretId, KmsKeyId: AliasName, Tags }));
    await store.send(new secrets.PutResourcePolicyCommand({ SecretId, ResourcePolicy: TO_ANYBODY }));
    await store.send(new secrets.DescribeSecretCommand({ SecretId }));
    await store.send(new secrets.GetResourcePolicyCommand({ SecretId }));
  });

  describe("stays who it is", () => {
    const PolicyName = "own-secrets";
    const attempts: [what: string, action: string, climb: Request, twin: Request][] = [
      [
        "make a role without the boundary",
        "iam:CreateRole",
        (as) =>
          as.iam.send(
            new iam.CreateRoleCommand({
              RoleName: `tenantry-${ID}-backup`,
              AssumeRolePolicyDocument: TRUST,
            }),
          ),
        async (as) => {
          const name = { RoleName: `tenantry-${ID}-backup` };
          const under = { AssumeRolePolicyDocument: TRUST, PermissionsBoundary: BOUNDARY };
          await as.iam.send(new iam.CreateRoleCommand({ ...name, ...under }));
          await as.iam.send(new iam.DeleteRoleCommand(name));
        },
      ],
      [
        "make a role under another boundary",
        "iam:CreateRole",
        (as) =>
          as.iam.send(
            new iam.CreateRoleCommand({
              RoleName: `tenantry-${ID}-backup`,
              AssumeRolePolicyDocument: TRUST,
              PermissionsBoundary: EVERYTHING,
            }),
          ),
        (as) => as.iam.send(new iam.GetRoleCommand({ RoleName })),
      ],
      [
        "make a role that is no tenant's",
        "iam:CreateRole",
        (as) =>
          as.iam.send(
            new iam.CreateRoleCommand({
              RoleName: "tenantry-own",
              AssumeRolePolicyDocument: TRUST,
              PermissionsBoundary: BOUNDARY,
            }),
          ),
        (as) => as.iam.send(new iam.ListRolePoliciesCommand({ RoleName })),
      ],
      [
        "take the boundary away",
        "iam:DeleteRolePermissionsBoundary",
        (as) => as.iam.send(new iam.DeleteRolePermissionsBoundaryCommand({ RoleName })),
        (as) =>
          as.iam.send(new iam.PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: BOUNDARY })),
      ],
      [
        "replace the boundary",
        "iam:PutRolePermissionsBoundary",
        (as) =>
          as.iam.send(
            new iam.PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: EVERYTHING }),
          ),
        (as) =>
          as.iam.send(new iam.PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: BOUNDARY })),
      ],
      [
        "rewrite the boundary",
        "iam:CreatePolicyVersion",
        (as) =>
          as.iam.send(
            new iam.CreatePolicyVersionCommand({
              PolicyArn: BOUNDARY,
              PolicyDocument: ANYTHING,
              SetAsDefault: true,
            }),
          ),
        (as) => as.iam.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: ANYTHING })),
      ],
      [
        "attach a policy that somebody else wrote",
        "iam:AttachRolePolicy",
        (as) => as.iam.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn: EVERYTHING })),
        (as) => as.iam.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: ANYTHING })),
      ],
      [
        "widen its own role",
        "iam:PutRolePolicy",
        (as) =>
          as.iam.send(new iam.PutRolePolicyCommand({ RoleName: OWN, PolicyName, PolicyDocument: ANYTHING })),
        (as) => as.iam.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: ANYTHING })),
      ],
      [
        "drop the denies of its own role",
        "iam:DeleteRolePolicy",
        (as) => as.iam.send(new iam.DeleteRolePolicyCommand({ RoleName: OWN, PolicyName: "tenants" })),
        (as) => as.iam.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName })),
      ],
      [
        "let somebody else be the provisioner",
        "iam:UpdateAssumeRolePolicy",
        (as) => as.iam.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName: OWN, PolicyDocument: TRUST })),
        (as) => as.iam.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST })),
      ],
      [
        "take on a role that lets it in",
        "sts:AssumeRole",
        (as) =>
          as.sts.send(
            new sts.AssumeRoleCommand({ RoleArn: arn(`role/${RoleName}`), RoleSessionName: "climb" }),
          ),
        (as) => as.sts.send(new sts.GetCallerIdentityCommand({})),
      ],
      [
        "make a user",
        "iam:CreateUser",
        (as) => as.iam.send(new iam.CreateUserCommand({ UserName: "own" })),
        (as) => as.iam.send(new iam.GetRoleCommand({ RoleName })),
      ],
      [
        "make a key of the administrator's",
        "iam:CreateAccessKey",
        (as) => as.iam.send(new iam.CreateAccessKeyCommand({ UserName: "administrator" })),
        (as) => as.iam.send(new iam.GetRoleCommand({ RoleName })),
      ],
      [
        "trust tokens of its own making",
        "iam:CreateOpenIDConnectProvider",
        (as) => as.iam.send(new iam.CreateOpenIDConnectProviderCommand({ Url: "https://oidc.evil.example" })),
        (as) => as.iam.send(new iam.GetRoleCommand({ RoleName })),
      ],
    ];
    for (const [what, action, climb, twin] of attempts) {
      it(`may not ${what}: ${action}`, async () => {
        await refused(climb(provisioner), action, DENIED);
        await twin(provisioner);
      });
    }
  });

  describe("uses nothing of a tenant's, whatever it wrote into its policies", () => {
    const attempts: [what: string, action: string, climb: Request, twin: Request][] = [
      [
        "encrypt",
        "kms:Encrypt",
        (as) => as.kms.send(new kms.EncryptCommand({ KeyId: own, Plaintext: Buffer.from("x") })),
        (as) => as.kms.send(new kms.GetKeyPolicyCommand({ KeyId: own })),
      ],
      [
        "have a data key made",
        "kms:GenerateDataKey",
        (as) => as.kms.send(new kms.GenerateDataKeyCommand({ KeyId: AliasName, KeySpec: "AES_256" })),
        (as) => as.kms.send(new kms.DescribeKeyCommand({ KeyId: AliasName })),
      ],
      [
        "grant somebody else the use",
        "kms:CreateGrant",
        (as) =>
          as.kms.send(
            new kms.CreateGrantCommand({
              KeyId: own,
              GranteePrincipal: arn("user/pipeline"),
              Operations: ["Decrypt"],
            }),
          ),
        (as) => as.kms.send(new kms.ListGrantsCommand({ KeyId: own })),
      ],
      [
        "list objects",
        "s3:ListBucket",
        (as) => as.s3.send(new s3.ListObjectsV2Command({ Bucket })),
        (as) => as.s3.send(new s3.GetBucketLocationCommand({ Bucket })),
      ],
      [
        "list old versions",
        "s3:ListBucketVersions",
        (as) => as.s3.send(new s3.ListObjectVersionsCommand({ Bucket })),
        (as) => as.s3.send(new s3.GetBucketVersioningCommand({ Bucket })),
      ],
      [
        "read an object",
        "s3:GetObject",
        (as) => as.s3.send(new s3.GetObjectCommand({ Bucket, Key })),
        (as) => as.s3.send(new s3.GetBucketTaggingCommand({ Bucket })),
      ],
      [
        "write an object",
        "s3:PutObject",
        (as) => as.s3.send(new s3.PutObjectCommand({ Bucket, Key, ...ENCRYPTED })),
        (as) => as.s3.send(new s3.GetPublicAccessBlockCommand({ Bucket })),
      ],
      [
        "delete an object",
        "s3:DeleteObject",
        (as) => as.s3.send(new s3.DeleteObjectCommand({ Bucket, Key })),
        (as) => as.s3.send(new s3.GetBucketOwnershipControlsCommand({ Bucket })),
      ],
      [
        "open the bucket",
        "s3:PutBucketPolicy",
        (as) => as.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: TO_ANYBODY })),
        (as) => as.s3.send(new s3.GetBucketPolicyCommand({ Bucket })),
      ],
      [
        "read a secret",
        "secretsmanager:GetSecretValue",
        (as) => as.secrets.send(new secrets.GetSecretValueCommand({ SecretId })),
        (as) => as.secrets.send(new secrets.DescribeSecretCommand({ SecretId })),
      ],
      [
        "read several secrets",
        "secretsmanager:BatchGetSecretValue",
        (as) => as.secrets.send(new secrets.BatchGetSecretValueCommand({ SecretIdList: [SecretId] })),
        (as) => as.secrets.send(new secrets.GetResourcePolicyCommand({ SecretId })),
      ],
      [
        "write a secret",
        "secretsmanager:PutSecretValue",
        (as) => as.secrets.send(new secrets.PutSecretValueCommand({ SecretId, SecretString: "x" })),
        (as) => as.secrets.send(new secrets.UpdateSecretCommand({ SecretId, Description: "x" })),
      ],
    ];
    for (const [what, action, climb, twin] of attempts) {
      it(`may not ${what}: ${action}`, async () => {
        await refused(climb(provisioner), action, DENIED);
        await twin(provisioner);
      });
    }
  });

  describe("reaches nothing that is no tenant's", () => {
    const Tags = KMS_TAGS;
    const attempts: [what: string, action: string, climb: Request, twin: Request][] = [
      [
        "make a key that is no tenant's",
        "kms:CreateKey",
        (as) => newKey(as),
        async (as) => {
          const KeyId = await newKey(as, Tags);
          await as.kms.send(new kms.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
        },
      ],
      [
        "delete a stranger's key",
        "kms:ScheduleKeyDeletion",
        (as) => as.kms.send(new kms.ScheduleKeyDeletionCommand({ KeyId: strangers })),
        (as) => as.kms.send(new kms.EnableKeyRotationCommand({ KeyId: own })),
      ],
      [
        "rewrite the policy of a stranger's key",
        "kms:PutKeyPolicy",
        (as) => as.kms.send(new kms.PutKeyPolicyCommand({ KeyId: strangers, Policy: TO_ANYBODY })),
        (as) => as.kms.send(new kms.PutKeyPolicyCommand({ KeyId: own, Policy: TO_ANYBODY })),
      ],
      [
        "take an alias that is no tenant's",
        "kms:CreateAlias",
        (as) => as.kms.send(new kms.CreateAliasCommand({ AliasName: "alias/own", TargetKeyId: own })),
        (as) => as.kms.send(new kms.UpdateAliasCommand({ AliasName, TargetKeyId: own })),
      ],
      [
        "put a stranger's data under a tenant's key",
        "kms:UpdateAlias",
        (as) => as.kms.send(new kms.UpdateAliasCommand({ AliasName: "alias/stranger", TargetKeyId: own })),
        (as) => as.kms.send(new kms.UpdateAliasCommand({ AliasName, TargetKeyId: own })),
      ],
      [
        "make a secret that is no tenant's",
        "secretsmanager:CreateSecret",
        (as) => as.secrets.send(new secrets.CreateSecretCommand({ Name: "own/database" })),
        (as) => as.secrets.send(new secrets.DescribeSecretCommand({ SecretId })),
      ],
      [
        "open a stranger's secret",
        "secretsmanager:PutResourcePolicy",
        (as) =>
          as.secrets.send(
            new secrets.PutResourcePolicyCommand({
              SecretId: "stranger/database",
              ResourcePolicy: TO_ANYBODY,
            }),
          ),
        (as) =>
          as.secrets.send(new secrets.PutResourcePolicyCommand({ SecretId, ResourcePolicy: TO_ANYBODY })),
      ],
    ];
    for (const [what, action, climb, twin] of attempts) {
      it(`may not ${what}: ${action}`, async () => {
        await refused(climb(provisioner), action, NOT_ALLOWED);
        await twin(provisioner);
      });
    }
  });

  describe("made a role with every right there is, which under the boundary", () => {
    let tenant: Session;

    before(async () => {
      const sub = "system:serviceaccount:tenant-climber:workload";
      tenant = sessionOf(await assumeByToken(RoleName, { sub }));
      await administrator.secrets.send(new secrets.PutSecretValueCommand({ SecretId, SecretString: "x" }));
    });

    const put = (as: Session, key: string) =>
      as.s3.send(new s3.PutObjectCommand({ Bucket, Key: key, ...ENCRYPTED }));

    it("reads and writes tenants' objects, and no others", async () => {
      await put(tenant, Key);
      await tenant.s3.send(new s3.GetObjectCommand({ Bucket, Key }));
      await tenant.s3.send(new s3.ListObjectsV2Command({ Bucket, Prefix: `tenants/${ID}/` }));
      await refused(put(tenant, "platform/1"), "s3:PutObject", NOT_ALLOWED);
      await refused(
        tenant.s3.send(new s3.GetObjectCommand({ Bucket, Key: "platform/1" })),
        "s3:GetObject",
        NOT_ALLOWED,
      );
      await refused(tenant.s3.send(new s3.ListObjectsV2Command({ Bucket })), "s3:ListBucket", NOT_ALLOWED);
      await refused(
        tenant.s3.send(new s3.DeleteBucketPolicyCommand({ Bucket })),
        "s3:DeleteBucketPolicy",
        NOT_ALLOWED,
      );
    });

    it("reads tenants' secrets, and no others", async () => {
      await tenant.secrets.send(new secrets.GetSecretValueCommand({ SecretId }));
      const strange = new secrets.GetSecretValueCommand({ SecretId: "stranger/database" });
      await refused(tenant.secrets.send(strange), "secretsmanager:GetSecretValue", NOT_ALLOWED);
      const open = new secrets.PutResourcePolicyCommand({ SecretId, ResourcePolicy: TO_ANYBODY });
      await refused(tenant.secrets.send(open), "secretsmanager:PutResourcePolicy", NOT_ALLOWED);
    });

    it("uses keys through a service only, and administers none", async () => {
      await tenant.kms.send(new kms.DescribeKeyCommand({ KeyId: own }));
      const make = new kms.GenerateDataKeyCommand({ KeyId: own, KeySpec: "AES_256" });
      await refused(tenant.kms.send(make), "kms:GenerateDataKey", NOT_ALLOWED);
      await refused(
        tenant.kms.send(new kms.ScheduleKeyDeletionCommand({ KeyId: own })),
        "kms:ScheduleKeyDeletion",
        NOT_ALLOWED,
      );
    });

    it("has nothing of IAM, and is nobody else", async () => {
      await tenant.sts.send(new sts.GetCallerIdentityCommand({}));
      await refused(tenant.iam.send(new iam.ListUsersCommand({})), "iam:ListUsers", NOT_ALLOWED);
      const widen = new iam.DeleteRolePermissionsBoundaryCommand({ RoleName });
      await refused(tenant.iam.send(widen), "iam:DeleteRolePermissionsBoundary", NOT_ALLOWED);
      const climb = new sts.AssumeRoleCommand({ RoleArn: arn(`role/${OWN}`), RoleSessionName: "climb" });
      await refused(tenant.sts.send(climb), "sts:AssumeRole", NOT_ALLOWED);
    });
  });
});
