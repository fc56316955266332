/** The operator's role as declared, judged by a policy evaluator in both directions. */

import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { OperatorAccount } from "../../components/operator-account";
import type { PlatformSpec } from "../../model/platform";
import { platform } from "./fixtures";
import { dependencies, graphOf, type Declared } from "./graph";
import { allows, documentOf, each, title, type Case } from "./policy-evaluation";

const ACCOUNT = platform.aws.accountId;
const ID = "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";
const iam = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;
const within = (service: string, resource: string) =>
  `arn:aws:${service}:eu-central-1:${ACCOUNT}:${resource}`;
const OWN = iam("role/tenantry-operator");
const PIPELINE = iam("role/on-call");
const KEY = within("kms", "key/11111111-2222-4333-8444-555555555555");
const SECRET = within("secretsmanager", `secret:tenantry/${ID}/db-AbCdEf`);
const BUCKET = "arn:aws:s3:::test-backups";
const OBJECT = `${BUCKET}/tenants/${ID}/b/1`;

const allow = (statement: object) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Resource: "*", ...statement }],
});
const ANYTHING = allow({ Action: "*" });
/** A policy of a key, a secret or the bucket that hands everything to the operator by name. */
const OPENED = allow({ Principal: { AWS: OWN }, Action: "*" });

function declare(settings: Partial<PlatformSpec["aws"]> = {}): Promise<Declared[]> {
  return graphOf(() => {
    const provider = new aws.Provider("account", { region: "eu-central-1" });
    const of = { ...platform, aws: { ...platform.aws, ...settings } };
    new OperatorAccount("operator", { platform: of }, { provider });
  });
}

const NEEDED: Case[] = [
  ["s3:ListBucketVersions", BUCKET, { "s3:prefix": `tenants/${ID}/` }],
  ["s3:ListBucketMultipartUploads", BUCKET],
  ...each("s3", "DeleteObject DeleteObjectVersion AbortMultipartUpload", OBJECT),
  ["iam:ListRoles", "*"],
];

/** Each is tried where the policy of the resource, and another policy of the role, allow it. */
const CLIMBS: Case[] = [
  ...each("s3", "GetObject GetObjectVersion GetObjectAcl GetObjectTagging PutObject PutObjectAcl", OBJECT),
  ...each("s3", "RestoreObject BypassGovernanceRetention PutObjectRetention ReplicateDelete", OBJECT),
  ...each("s3", "DeleteObject DeleteObjectVersion AbortMultipartUpload", `${BUCKET}/platform/1`),
  ...each("s3", "DeleteObject DeleteObjectVersion", `arn:aws:s3:::other/tenants/${ID}/1`),
  ...each("s3", "ListBucketVersions ListBucketMultipartUploads", "arn:aws:s3:::other"),
  ...each("s3", "ListBucket GetBucketPolicy PutBucketPolicy DeleteBucketPolicy DeleteBucket", BUCKET),
  ...each("s3", "PutBucketVersioning PutLifecycleConfiguration PutReplicationConfiguration", BUCKET),
  ...each("kms", "Decrypt Encrypt GenerateDataKey CreateGrant DescribeKey ScheduleKeyDeletion", KEY),
  ...each("kms", "DisableKey PutKeyPolicy CancelKeyDeletion ReEncryptFrom", KEY),
  ...each("secretsmanager", "GetSecretValue DescribeSecret DeleteSecret PutSecretValue", SECRET),
  ...each(
    "iam",
    "GetRole ListRolePolicies PutRolePolicy UpdateAssumeRolePolicy AttachRolePolicy DeleteRole PassRole",
    OWN,
  ),
  ...each("iam", "CreateUser CreateAccessKey", iam("user/any")),
  ["sts:AssumeRole", iam("role/tenantry-provisioner")],
  ["ec2:DeleteVolume", within("ec2", "volume/vol-1")],
];

describe("the declared identity of the operator in AWS", () => {
  const byAccount = {
    Sid: "OperatorsServiceAccount",
    Effect: "Allow",
    Principal: { Federated: iam("oidc-provider/oidc.test.example") },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        "oidc.test.example:aud": "sts.amazonaws.com",
        "oidc.test.example:sub": "system:serviceaccount:tenantry-system:operator",
      },
    },
  };
  const byPrincipal = {
    Sid: "Operators",
    Effect: "Allow",
    Principal: { AWS: [PIPELINE] },
    Action: "sts:AssumeRole",
  };
  const trustOf = async (settings: Partial<PlatformSpec["aws"]>) =>
    (documentOf(await declare(settings), "operator-role", "assumeRolePolicy") as { Statement: unknown })
      .Statement;

  it("is its ServiceAccount's, and whose the platform names", async () => {
    const operatorPrincipals = [PIPELINE];
    assert.deepEqual(await trustOf({}), [byAccount]);
    assert.deepEqual(await trustOf({ operatorPrincipals }), [byAccount, byPrincipal]);
    assert.deepEqual(await trustOf({ operatorPrincipals, workloadIdentity: "pod-identity" }), [byPrincipal]);
  });

  it("is no role where nobody may take it on", async () => {
    const declared = (await declare({ workloadIdentity: "pod-identity" })).map(({ name }) => name);
    assert.deepEqual(declared, ["account", "operator"]);
  });

  it("is one role for an hour, with one policy", async () => {
    const graph = await declare();
    const role = graph.find(({ name }) => name === "operator-role");
    assert.deepEqual([role?.props["name"], role?.props["maxSessionDuration"]], ["tenantry-operator", 3600]);
    const policies = graph.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(
      policies.map((policy) => dependencies(policy, graph).map(({ name }) => name)),
      [["operator-role"]],
    );
  });

  describe("by evaluation", () => {
    let identity: unknown;

    before(async () => {
      identity = documentOf(await declare(), "operator-policy");
    });

    for (const needed of NEEDED) {
      it(`may ${title(needed)}`, async () => {
        assert.ok(await allows(needed, { principal: OWN, identity: [identity] }));
      });
    }

    for (const climb of CLIMBS) {
      it(`may not ${title(climb)}, whoever else allows it`, async () => {
        const opens = /^(kms|secretsmanager|s3|sts)/.test(climb[0]);
        const everything = { principal: OWN, resourcePolicy: opens ? OPENED : undefined };
        assert.ok(!(await allows(climb, { ...everything, identity: [identity] })), "a resource's policy");
        assert.ok(
          !(await allows(climb, { ...everything, identity: [identity, ANYTHING] })),
          "another policy",
        );
        assert.ok(await allows(climb, { ...everything, identity: [ANYTHING] }), "it is refused to everybody");
      });
    }

    for (const look of [
      ["s3:ListBucketVersions", BUCKET],
      ["s3:ListBucketVersions", BUCKET, { "s3:prefix": "" }],
      ["s3:ListBucketVersions", BUCKET, { "s3:prefix": "platform/" }],
    ] as const) {
      it(`may not ${title(look)}`, async () => {
        assert.ok(!(await allows(look, { principal: OWN, identity: [identity] })));
      });
    }
  });
});
