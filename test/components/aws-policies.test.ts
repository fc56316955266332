/**
 * What the emulator of the engine ring does not evaluate (services calling KMS, encryption contexts, real web-identity
 * rules) is judged here by a policy evaluator over the very documents that the program declares.
 */

import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { BackupBucket } from "../../components/backup-bucket";
import { declareTenants } from "../../components/tenant-list";
import { neighbour, platform, tenantOf } from "./fixtures";
import { graphOf, type Declared } from "./graph";

const ACCOUNT = platform.aws.accountId;
const acme = tenantOf("standard");
const stranger = tenantOf("standard", neighbour);
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const backupRole = (id: string) => role(`tenantry-${id}-backup`);
const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/11111111-2222-4333-8444-555555555555`;
const BUCKET = "arn:aws:s3:::test-backups";
const ANYTHING = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

/**
 * The evaluator passes over condition keys that it has no list of. Written in both the policy and the request as tags,
 * which it knows, they are compared by the same operators.
 */
const KNOWN_KEYS: readonly [RegExp, string][] = [
  [/kms:EncryptionContext:aws:s3:arn/g, "aws:RequestTag/encryption-context"],
  [/oidc\.test\.example:(sub|aud)"/g, 'aws:RequestTag/$1"'],
];

function withKnownKeys<T>(document: T): T {
  const text = KNOWN_KEYS.reduce((json, [key, known]) => json.replace(key, known), JSON.stringify(document));
  return JSON.parse(text) as T;
}

interface Question {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: Record<string, string | string[]>;
  readonly identityPolicy?: unknown;
  readonly resourcePolicy?: unknown;
}

async function answer({
  principal,
  action,
  resource,
  context,
  identityPolicy,
  resourcePolicy,
}: Question): Promise<string> {
  const result = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: ACCOUNT },
        // Without it the evaluator misses a Deny on the principal.
        contextVariables: withKnownKeys({ "aws:PrincipalArn": principal, ...context }),
      },
      identityPolicies: identityPolicy === undefined ? [] : [{ name: "identity", policy: identityPolicy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: withKnownKeys(resourcePolicy ?? null) ?? undefined,
    },
    {},
  );
  assert.notEqual(result.resultType, "error", JSON.stringify(result));
  return result.resultType === "single" ? result.overallResult : JSON.stringify(result);
}

describe("the declared AWS policies, by evaluation", () => {
  let graph: Declared[];
  const document = (name: string, property: string): unknown => {
    const declared = graph.find((candidate) => candidate.name === name);
    assert.ok(declared, `no resource ${name}`);
    return JSON.parse(declared.props[property] as string);
  };

  before(async () => {
    const account = () => new aws.Provider("account", { region: "eu-central-1" });
    graph = await graphOf(async () => {
      await declareTenants([acme, stranger], platform, [account()]);
      new BackupBucket("backup-bucket", { platform }, {});
    });
  });

  describe("the key of acme (R66)", () => {
    const throughS3 = { "kms:ViaService": "s3.eu-central-1.amazonaws.com" };
    const object = (path: string) => ({
      ...throughS3,
      "kms:EncryptionContext:aws:s3:arn": `${BUCKET}/${path}`,
    });
    const throughEc2 = { "kms:ViaService": "ec2.eu-central-1.amazonaws.com" };
    const csi = role("ebs-csi");

    const questions: [string, Omit<Question, "resource">, "Allowed" | "denied"][] = [
      [
        "acme's backups, through S3, under acme's prefix",
        {
          principal: backupRole(acme.id),
          action: "kms:GenerateDataKey",
          context: object(`tenants/${acme.id}/b/1`),
        },
        "Allowed",
      ],
      [
        "acme's backups, through S3, under another prefix",
        {
          principal: backupRole(acme.id),
          action: "kms:Decrypt",
          context: object(`tenants/${stranger.id}/b/1`),
        },
        "denied",
      ],
      [
        "acme's backups, through S3, of a bucket whose name only begins alike",
        {
          principal: backupRole(acme.id),
          action: "kms:Decrypt",
          context: { ...throughS3, "kms:EncryptionContext:aws:s3:arn": `${BUCKET}-2/tenants/${acme.id}/b/1` },
        },
        "denied",
      ],
      ["acme's backups, directly", { principal: backupRole(acme.id), action: "kms:Decrypt" }, "denied"],
      [
        "the stranger's backups, under acme's prefix",
        {
          principal: backupRole(stranger.id),
          action: "kms:Decrypt",
          context: object(`tenants/${acme.id}/b/1`),
        },
        "denied",
      ],
      [
        "the stranger's backups, with every IAM right there is",
        {
          principal: backupRole(stranger.id),
          action: "kms:Decrypt",
          context: object(`tenants/${acme.id}/b/1`),
          identityPolicy: ANYTHING,
        },
        "denied",
      ],
      [
        "volumes, through EC2",
        { principal: csi, action: "kms:GenerateDataKeyWithoutPlaintext", context: throughEc2 },
        "Allowed",
      ],
      ["volumes, directly", { principal: csi, action: "kms:Decrypt" }, "denied"],
      [
        "a grant for an attached volume",
        {
          principal: csi,
          action: "kms:CreateGrant",
          context: { ...throughEc2, "kms:GrantIsForAWSResource": "true" },
        },
        "Allowed",
      ],
      [
        "a grant for anybody else",
        {
          principal: csi,
          action: "kms:CreateGrant",
          context: { ...throughEc2, "kms:GrantIsForAWSResource": "false" },
        },
        "denied",
      ],
      [
        "an administrator, describing",
        { principal: role("admin"), action: "kms:DescribeKey", identityPolicy: ANYTHING },
        "Allowed",
      ],
      [
        "an administrator, shredding",
        { principal: role("admin"), action: "kms:ScheduleKeyDeletion", identityPolicy: ANYTHING },
        "Allowed",
      ],
      [
        "an administrator, decrypting",
        { principal: role("admin"), action: "kms:Decrypt", identityPolicy: ANYTHING },
        "denied",
      ],
      [
        "an administrator, encrypting",
        { principal: role("admin"), action: "kms:Encrypt", identityPolicy: ANYTHING },
        "denied",
      ],
      [
        "an administrator, granting",
        { principal: role("admin"), action: "kms:CreateGrant", identityPolicy: ANYTHING },
        "denied",
      ],
      [
        "acme's backups, shredding",
        { principal: backupRole(acme.id), action: "kms:ScheduleKeyDeletion" },
        "denied",
      ],
      [
        "acme's backups, changing the policy",
        { principal: backupRole(acme.id), action: "kms:PutKeyPolicy" },
        "denied",
      ],
    ];
    for (const [who, question, expected] of questions) {
      it(`${expected === "Allowed" ? "lets" : "refuses"} ${who}: ${question.action}`, async () => {
        const resourcePolicy = document("acme-key", "policy");
        const result = await answer({ ...question, resource: KEY, resourcePolicy });
        assert.equal(result === "Allowed" ? "Allowed" : "denied", expected, result);
      });
    }
  });

  describe("the backup role of acme (R68)", () => {
    const sse = { "s3:x-amz-server-side-encryption": "aws:kms", "aws:SecureTransport": "true" };
    const prefix = (value: string) => ({ ...sse, "s3:prefix": value });
    const own = `tenants/${acme.id}`;
    const questions: [
      action: string,
      resource: string,
      context: Record<string, string>,
      expected: boolean,
    ][] = [
      ["s3:GetObject", `${BUCKET}/${own}/b/1`, sse, true],
      ["s3:PutObject", `${BUCKET}/${own}/b/1`, sse, true],
      ["s3:DeleteObject", `${BUCKET}/${own}/b/1`, sse, true],
      [
        "s3:PutObject",
        `${BUCKET}/${own}/b/1`,
        { ...sse, "s3:x-amz-server-side-encryption": "AES256" },
        false,
      ],
      ["s3:PutObject", `${BUCKET}/${own}/b/1`, { "aws:SecureTransport": "true" }, false],
      ["s3:GetObject", `${BUCKET}/${own}/b/1`, { "aws:SecureTransport": "false" }, false],
      ["s3:GetObject", `${BUCKET}/${own}-eu/b/1`, sse, false],
      ["s3:GetObject", `${BUCKET}/tenants/${stranger.id}/b/1`, sse, false],
      ["s3:PutObject", `${BUCKET}/tenants/${stranger.id}/b/1`, sse, false],
      ["s3:GetObject", `${BUCKET}-2/${own}/b/1`, sse, false],
      ["s3:GetObjectVersion", `${BUCKET}/${own}/b/1`, sse, false],
      ["s3:DeleteObjectVersion", `${BUCKET}/${own}/b/1`, sse, false],
      ["s3:ListBucket", BUCKET, prefix(`${own}/`), true],
      ["s3:ListBucket", BUCKET, prefix(`${own}/backups/`), true],
      ["s3:ListBucket", BUCKET, prefix(own), false],
      ["s3:ListBucket", BUCKET, prefix("tenants/"), false],
      ["s3:ListBucket", BUCKET, prefix(""), false],
      ["s3:ListBucket", BUCKET, sse, false],
      ["s3:PutBucketPolicy", BUCKET, sse, false],
      ["s3:PutLifecycleConfiguration", BUCKET, sse, false],
    ];
    for (const [action, resource, context, expected] of questions) {
      it(`${expected ? "may" : "may not"} ${action} ${resource} ${JSON.stringify(context)}`, async () => {
        const result = await answer({
          principal: backupRole(acme.id),
          action,
          resource,
          context,
          identityPolicy: document("acme-backup-policy", "policy"),
          resourcePolicy: document("backup-bucket-policy", "policy"),
        });
        assert.equal(result === "Allowed", expected, result);
      });
    }
    for (const action of ["iam:PassRole", "iam:CreateRole", "sts:AssumeRole"]) {
      it(`may not ${action}`, async () => {
        const result = await answer({
          principal: backupRole(acme.id),
          action,
          resource: role("platform"),
          identityPolicy: document("acme-backup-policy", "policy"),
          ...(action === "sts:AssumeRole" && { resourcePolicy: TRUSTS_THE_ACCOUNT }),
        });
        assert.notEqual(result, "Allowed");
      });
    }
  });

  describe("the trust of acme's backup role (R67)", () => {
    const issuer = "oidc.test.example";
    const federated = `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`;
    const velero = {
      [`${issuer}:sub`]: "system:serviceaccount:velero:velero",
      [`${issuer}:aud`]: "sts.amazonaws.com",
    };
    const questions: [string, string, Record<string, string>, boolean][] = [
      ["Velero of this cluster", federated, velero, true],
      [
        "another ServiceAccount",
        federated,
        { ...velero, [`${issuer}:sub`]: "system:serviceaccount:velero:default" },
        false,
      ],
      [
        "a tenant's ServiceAccount named velero",
        federated,
        { ...velero, [`${issuer}:sub`]: "system:serviceaccount:tenant-acme:velero" },
        false,
      ],
      ["a token for another audience", federated, { ...velero, [`${issuer}:aud`]: "vault" }, false],
      ["a token without a subject", federated, { [`${issuer}:aud`]: "sts.amazonaws.com" }, false],
      [
        "a token without an audience",
        federated,
        { [`${issuer}:sub`]: "system:serviceaccount:velero:velero" },
        false,
      ],
      ["the same ServiceAccount of another cluster", federated.replace("test", "other"), velero, false],
    ];
    for (const [who, principal, context, expected] of questions) {
      it(`${expected ? "accepts" : "refuses"} ${who}`, async () => {
        const result = await answer({
          principal,
          action: "sts:AssumeRoleWithWebIdentity",
          resource: backupRole(acme.id),
          context,
          resourcePolicy: document("acme-backup-role", "assumeRolePolicy"),
        });
        assert.equal(result === "Allowed", expected, result);
      });
    }
  });
});

const TRUSTS_THE_ACCOUNT = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" },
  ],
};
