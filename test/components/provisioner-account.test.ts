/** The provisioner's role and the tenants' boundary as declared, judged by a policy evaluator in both directions. */

import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { ProvisionerAccount } from "../../components/provisioner-account";
import type { PlatformSpec } from "../../model/platform";
import { equipped, platform } from "./fixtures";
import { dependencies, graphOf, type Declared } from "./graph";
import { allows, documentOf, each, title, type Case, type Context } from "./policy-evaluation";

const ACCOUNT = platform.aws.accountId;
const ID = "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";
const iam = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;
const within = (service: string, resource: string) =>
  `arn:aws:${service}:eu-central-1:${ACCOUNT}:${resource}`;
const OWN = iam("role/tenantry-provisioner");
const PIPELINE = iam("role/pipeline");
const ROLE = iam(`role/tenantry-${ID}-backup`);
const BOUNDARY = iam("policy/tenantry-tenant-boundary");
const KEY = within("kms", "key/11111111-2222-4333-8444-555555555555");
const ALIAS = within("kms", `alias/tenantry/${ID}`);
const SECRET = within("secretsmanager", `secret:tenantry/${ID}/db-AbCdEf`);
const BUCKET = "arn:aws:s3:::test-backups";
const OBJECT = `${BUCKET}/tenants/${ID}/b/1`;
const CLUSTER = within("eks", "cluster/test");
const GROUP = within("eks", "nodegroup/test/tenant-acme/1");
const ASSOCIATION = within("eks", "podidentityassociation/test/a-1");
const NODES = iam("role/nodes");

const allow = (statement: object) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Resource: "*", ...statement }],
});
const ANYTHING = allow({ Action: "*" });
/** A policy of a key, a secret or the bucket that hands everything to the provisioner by name. */
const OPENED = allow({ Principal: { AWS: OWN }, Action: "*" });
/** A key's policy that leaves it to IAM, as that of a tenant's key does with its administration. */
const LEFT_TO_IAM = allow({ Principal: { AWS: iam("root") }, Action: "kms:*" });

/** A platform whose pipeline takes on the role. */
const piped = (of: PlatformSpec = platform): PlatformSpec => ({
  ...of,
  aws: { ...of.aws, provisionerPrincipals: [PIPELINE] },
});
const withEks = piped(
  equipped(
    {},
    {
      aws: { ...platform.aws, workloadIdentity: "pod-identity" },
      nodes: { engine: "eks", role: "nodes", subnetIds: ["subnet-00000001"] },
    },
  ),
);

function declare(of: PlatformSpec): Promise<Declared[]> {
  return graphOf(() => {
    const provider = new aws.Provider("account", { region: "eu-central-1" });
    new ProvisionerAccount("provisioner", { platform: of }, { provider });
  });
}

const under = (boundary: string): Context => ({ "iam:PermissionsBoundary": boundary });
const owned: Context = { "aws:ResourceTag/tenant": ID };
const to = (service: string): Context => ({ "iam:PassedToService": service });
const throughEks: Context = { "aws:ViaAWSService": "true" };

/** What the provider asks of AWS for what a tenant consists of, and the proof besides. */
const NEEDED: Case[] = [
  ...each("iam", "CreateRole PutRolePolicy PutRolePermissionsBoundary", ROLE, under(BOUNDARY)),
  ...each("iam", "CreateRole PutRolePolicy", iam(`role/tenantry-${ID}-workload`), under(BOUNDARY)),
  ...each("iam", "GetRole GetRolePolicy ListRolePolicies ListAttachedRolePolicies ListRoleTags", ROLE),
  ...each("iam", "ListInstanceProfilesForRole DeleteRole DeleteRolePolicy TagRole UntagRole", ROLE),
  ...each("iam", "UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription", ROLE),
  ["kms:CreateKey", "*", { "aws:RequestTag/tenant": ID }],
  ["kms:TagResource", KEY, { "aws:RequestTag/tenant": ID }],
  ...each("kms", "TagResource UntagResource EnableKeyRotation DisableKeyRotation PutKeyPolicy", KEY, owned),
  ...each("kms", "UpdateKeyDescription ScheduleKeyDeletion CreateAlias UpdateAlias DeleteAlias", KEY, owned),
  ...each("kms", "CreateAlias UpdateAlias DeleteAlias", ALIAS),
  ...each("kms", "DescribeKey GetKeyPolicy GetKeyRotationStatus ListGrants ListResourceTags", KEY),
  ["kms:ListAliases", "*"],
  ...each("secretsmanager", "CreateSecret UpdateSecret DescribeSecret TagResource UntagResource", SECRET),
  ...each("secretsmanager", "GetResourcePolicy PutResourcePolicy DeleteResourcePolicy", SECRET),
  ["secretsmanager:DeleteSecret", SECRET, { "secretsmanager:ForceDeleteWithoutRecovery": "false" }],
  ...each("s3", "GetBucketLocation GetBucketOwnershipControls GetBucketPolicy", BUCKET),
  ...each("s3", "GetBucketPublicAccessBlock GetBucketTagging GetBucketVersioning", BUCKET),
];

/** Ways to climb; each is tried where the policy of the resource, and another policy of the role, allow it. */
const CLIMBS: Case[] = [
  ...each("kms", "Encrypt Decrypt GenerateDataKey GenerateDataKeyWithoutPlaintext", KEY, owned),
  ...each("kms", "GenerateDataKeyPair ReEncryptFrom ReEncryptTo CreateGrant Sign GenerateMac", KEY, owned),
  ...each("kms", "DeriveSharedSecret ReplicateKey", KEY, owned),
  ...each("secretsmanager", "GetSecretValue PutSecretValue ReplicateSecretToRegions RotateSecret", SECRET),
  ["secretsmanager:BatchGetSecretValue", "*"],
  ["secretsmanager:UpdateSecretVersionStage", SECRET],
  ["secretsmanager:DeleteSecret", SECRET, { "secretsmanager:ForceDeleteWithoutRecovery": "true" }],
  ...each("s3", "GetObject GetObjectVersion GetObjectAcl PutObject PutObjectAcl DeleteObject", OBJECT),
  ...each("s3", "DeleteObjectVersion RestoreObject AbortMultipartUpload", OBJECT),
  ...each("s3", "ListBucket ListBucketVersions ListBucketMultipartUploads PutBucketPolicy", BUCKET),
  ...each("s3", "DeleteBucketPolicy PutLifecycleConfiguration PutBucketVersioning DeleteBucket", BUCKET),
  ...each("sts", "AssumeRole", ROLE),
  ["sts:GetFederationToken", "*"],
  ...each("iam", "CreateRole PutRolePolicy", ROLE),
  ...each("iam", "CreateRole PutRolePermissionsBoundary", ROLE, under(iam("policy/other"))),
  ...each("iam", "PutRolePolicy", ROLE, under(iam("policy/other"))),
  ...each("iam", "DeleteRolePermissionsBoundary AttachRolePolicy", ROLE, under(BOUNDARY)),
  ...each("iam", "CreateRole PutRolePolicy UpdateAssumeRolePolicy", OWN, under(BOUNDARY)),
  ...each("iam", "AttachRolePolicy DeleteRolePolicy DeleteRole TagRole", OWN, under(BOUNDARY)),
  ...each("iam", "CreateRole PutRolePolicy UpdateAssumeRolePolicy", iam("role/admin"), under(BOUNDARY)),
  ...each("iam", "CreateRole", iam(`role/tenantry-${ID}`), under(BOUNDARY)),
  ...each("iam", "CreateRole", iam(`role/x/tenantry-${ID}-admin`), under(BOUNDARY)),
  ...each("iam", "CreatePolicyVersion SetDefaultPolicyVersion DeletePolicy", BOUNDARY),
  ...each("iam", "CreatePolicy", iam("policy/other")),
  ...each("iam", "CreateUser CreateAccessKey CreateLoginProfile PutUserPolicy", iam("user/any")),
  ...each("iam", "CreateOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint", iam("oidc-provider/x")),
  ...each("iam", "AddRoleToInstanceProfile", iam("instance-profile/x")),
];

describe("the declared identity of the provisioner in AWS", () => {
  let graph: Declared[];

  before(async () => {
    graph = await declare(piped());
  });

  it("is one role, for the principals that the platform names, for an hour", () => {
    const role = graph.find(({ name }) => name === "provisioner-role");
    assert.equal(role?.props["name"], "tenantry-provisioner");
    assert.equal(role.props["maxSessionDuration"], 3600);
    assert.deepEqual(documentOf(graph, "provisioner-role", "assumeRolePolicy"), {
      Version: "2012-10-17",
      Statement: [
        { Sid: "Pipelines", Effect: "Allow", Principal: { AWS: [PIPELINE] }, Action: "sts:AssumeRole" },
      ],
    });
  });

  it("is no role where nobody may take it on, and a boundary all the same", async () => {
    const names = (await declare(platform)).map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => !["account", "provisioner"].includes(name)),
      ["tenant-boundary"],
    );
  });

  it("holds no right before the boundary stands", () => {
    const policy = graph.find(({ name }) => name === "provisioner-policy");
    assert.ok(policy);
    const earlier = dependencies(policy, graph).map(({ name }) => name);
    assert.deepEqual(earlier, ["tenant-boundary", "provisioner-role"]);
  });

  it("fits into what IAM takes of a role's own policies and of a boundary", async () => {
    for (const of of [piped(), withEks]) {
      const declared = await declare(of);
      assert.ok(JSON.stringify(documentOf(declared, "provisioner-policy")).length <= 10_240);
      assert.ok(JSON.stringify(documentOf(declared, "tenant-boundary")).length <= 6_144);
    }
  });

  describe("by evaluation", () => {
    const identity = () => documentOf(graph, "provisioner-policy");
    const ask = (question: Case, resourcePolicy?: unknown) =>
      allows(question, { principal: OWN, identity: [identity()], resourcePolicy });
    const left = ([, resource]: Case) => (resource === KEY ? LEFT_TO_IAM : undefined);

    for (const needed of NEEDED) {
      it(`may ${title(needed)}`, async () => assert.ok(await ask(needed, left(needed))));
    }

    for (const climb of CLIMBS) {
      it(`may not ${title(climb)}, whoever else allows it`, async () => {
        const opens = /^(kms|secretsmanager|s3|sts:AssumeRole$)/.test(climb[0]) && climb[1] !== "*";
        const everything = { principal: OWN, resourcePolicy: opens ? OPENED : undefined };
        assert.ok(!(await allows(climb, { ...everything, identity: [identity()] })), "a resource's policy");
        assert.ok(
          !(await allows(climb, { ...everything, identity: [identity(), ANYTHING] })),
          "another policy",
        );
        assert.ok(await allows(climb, { ...everything, identity: [ANYTHING] }), "it is refused to everybody");
      });
    }

    for (const action of ["ScheduleKeyDeletion", "PutKeyPolicy", "UntagResource", "CreateAlias"]) {
      it(`may not kms:${action} a key that bears no tenant's tag`, async () => {
        assert.ok(!(await ask([`kms:${action}`, KEY], LEFT_TO_IAM)));
        assert.ok(!(await ask([`kms:${action}`, KEY, { "aws:ResourceTag/owner": "x" }], LEFT_TO_IAM)));
      });
    }

    for (const climb of [
      ["kms:CreateKey", "*"],
      ["kms:TagResource", KEY, { "aws:RequestTag/owner": "x" }],
      ["kms:CreateAlias", within("kms", "alias/other")],
      ["secretsmanager:CreateSecret", within("secretsmanager", "secret:other-AbCdEf")],
      ["iam:PassRole", ROLE, to("ec2.amazonaws.com")],
      ["iam:PassRole", ROLE, to("pods.eks.amazonaws.com")],
      ["eks:CreateNodegroup", CLUSTER],
      ["eks:CreateAccessEntry", CLUSTER],
      ["ec2:RunInstances", within("ec2", "instance/i-1"), throughEks],
    ] as const) {
      it(`may not ${title(climb)}`, async () => assert.ok(!(await ask(climb, left(climb)))));
    }
  });

  describe("by evaluation, where EKS gives pods their roles and makes nodes", () => {
    let identity: unknown;
    const ask = (question: Case) => allows(question, { principal: OWN, identity: [identity] });

    before(async () => {
      identity = documentOf(await declare(withEks), "provisioner-policy");
    });

    for (const needed of [
      ...each("eks", "CreateNodegroup CreatePodIdentityAssociation ListPodIdentityAssociations", CLUSTER),
      ...each("eks", "DescribeNodegroup UpdateNodegroupConfig UpdateNodegroupVersion", GROUP),
      ...each("eks", "DeleteNodegroup DescribeUpdate TagResource", GROUP),
      ...each("eks", "DescribePodIdentityAssociation UpdatePodIdentityAssociation", ASSOCIATION),
      ...each("eks", "DeletePodIdentityAssociation TagResource", ASSOCIATION),
      ["iam:PassRole", ROLE, to("pods.eks.amazonaws.com")],
      ["iam:PassRole", NODES, to("eks.amazonaws.com")],
      ["iam:GetRole", NODES],
      ["ec2:RunInstances", within("ec2", "instance/i-1"), throughEks],
    ] as const) {
      it(`may ${title(needed)}`, async () => assert.ok(await ask(needed)));
    }

    for (const climb of [
      ["iam:PassRole", ROLE, to("ec2.amazonaws.com")],
      ["iam:PassRole", NODES, to("lambda.amazonaws.com")],
      ["iam:PassRole", iam("role/admin"), to("eks.amazonaws.com")],
      ["iam:PassRole", OWN, to("pods.eks.amazonaws.com")],
      ["iam:UpdateAssumeRolePolicy", NODES],
      ["iam:PutRolePolicy", NODES, under(BOUNDARY)],
      ["ec2:RunInstances", within("ec2", "instance/i-1"), { "aws:ViaAWSService": "false" }],
      ["ec2:RunInstances", within("ec2", "instance/i-1")],
      ["eks:DeleteNodegroup", within("eks", "nodegroup/test/tenants-standard/1")],
      ["eks:CreateNodegroup", within("eks", "cluster/other")],
      ["eks:DeletePodIdentityAssociation", within("eks", "podidentityassociation/other/a-1")],
      ...each("eks", "CreateAccessEntry UpdateClusterConfig", CLUSTER),
    ] as const) {
      it(`may not ${title(climb)}`, async () => assert.ok(!(await ask(climb))));
    }
  });
});

describe("the declared boundary of tenants' roles", () => {
  const sse = { "s3:x-amz-server-side-encryption": "aws:kms" };
  const through = (service: string): Context => ({
    "kms:ViaService": `${service}.eu-central-1.amazonaws.com`,
  });
  const prefix = (value: string): Context => ({ "s3:prefix": value });
  let boundary: unknown;
  const ask = (question: Case) =>
    allows(question, {
      principal: ROLE,
      identity: [ANYTHING],
      boundary,
      resourcePolicy: question[1] === KEY ? LEFT_TO_IAM : undefined,
    });

  before(async () => {
    boundary = documentOf(await declare(piped()), "tenant-boundary");
  });

  for (const use of [
    ...each("s3", "GetObject PutObject DeleteObject AbortMultipartUpload", OBJECT, sse),
    ["s3:ListMultipartUploadParts", OBJECT],
    ["s3:ListBucket", BUCKET, prefix(`tenants/${ID}/`)],
    ...each("secretsmanager", "GetSecretValue PutSecretValue DescribeSecret ListSecretVersionIds", SECRET),
    ...each("kms", "Decrypt GenerateDataKey", KEY, through("s3")),
    ...each("kms", "Decrypt GenerateDataKey", KEY, through("secretsmanager")),
    ["kms:DescribeKey", KEY],
  ] as const) {
    it(`leaves room for ${title(use)}`, async () => assert.ok(await ask(use)));
  }

  for (const excess of [
    ...each("s3", "GetObject PutObject DeleteObject", `${BUCKET}/platform/1`),
    ...each("s3", "GetObject PutObject", "arn:aws:s3:::other/tenants/1"),
    ...each("s3", "GetObjectVersion DeleteObjectVersion PutObjectAcl", OBJECT),
    ["s3:ListBucket", BUCKET],
    ["s3:ListBucket", BUCKET, prefix("")],
    ["s3:ListBucket", BUCKET, prefix("platform/")],
    ...each("s3", "PutBucketPolicy ListBucketVersions DeleteBucket", BUCKET),
    ["secretsmanager:GetSecretValue", within("secretsmanager", "secret:other-AbCdEf")],
    ...each("secretsmanager", "PutResourcePolicy DeleteSecret UpdateSecret", SECRET),
    ...each("kms", "Decrypt GenerateDataKey", KEY),
    ...each("kms", "Decrypt GenerateDataKey", KEY, through("ec2")),
    ...each("kms", "Encrypt CreateGrant PutKeyPolicy ScheduleKeyDeletion", KEY, through("s3")),
    ...each("iam", "GetRole PutRolePolicy DeleteRolePermissionsBoundary CreateRole PassRole", ROLE),
    ["iam:CreateUser", iam("user/any")],
    ["sts:AssumeRole", OWN],
    ["ec2:RunInstances", within("ec2", "instance/i-1")],
    ["eks:CreateAccessEntry", CLUSTER],
  ] as const) {
    it(`ends before ${title(excess)}`, async () => {
      assert.ok(!(await ask(excess)));
    });
  }
});
