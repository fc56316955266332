import assert from "node:assert/strict";
import { BackupBucket } from "../../components/backup-bucket";
import { declareTenants } from "../../components/tenant-list";
import * as labels from "../../model/labels";
import type { Tenant } from "../../model/tenant";
import { tierNames } from "../../model/tiers";
import { Ledger } from "../../proof/ledger";
import type { AwsClients } from "../../proof/live/aws";
import { judgeBackupRole, staysInPrefix, trustsVeleroOnly } from "../../proof/live/backup-role";
import { judgeBucket } from "../../proof/live/bucket";
import { judgeKey, keyPolicyFaults } from "../../proof/live/key";
import { statementsOf, type Statement } from "../../proof/live/policy";
import { neighbour, platform, tenantOf } from "../components/fixtures";
import { graphOf, type Declared } from "../components/graph";
import { sentences } from "./live";

const acme = tenantOf("standard");
const stranger = tenantOf("standard", neighbour);
const IAM = "arn:aws:iam::123456789012";
const ROLE = (id: string) => `${IAM}:role/tenantry-${id}-backup`;
const BUCKET = "arn:aws:s3:::test-backups";

/** Answers to commands by their names; an Error is thrown, a list is answered page by page. */
type Answers = Record<string, unknown>;

function clientsOf(answers: Answers): AwsClients {
  const left = new Map(Object.entries(answers).map(([name, answer]) => [name, [answer].flat()]));
  const send = (command: object) => {
    const name = command.constructor.name.replace(/Command$/, "");
    const pages = left.get(name);
    assert.ok(pages, `nobody expects ${name}`);
    const answer = pages.length > 1 ? pages.shift() : pages[0];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const client = { send };
  return { kms: client, iam: client, s3: client } as unknown as AwsClients;
}

function awsError(name: string): Error {
  return Object.assign(new Error("not there"), { name });
}

async function graph(tenant: Tenant): Promise<Declared[]> {
  return graphOf(async () => {
    new BackupBucket("backup-bucket", { platform }, {});
    await declareTenants([tenant], platform, []);
  });
}

function tagsOf(declared: unknown): [string, string][] {
  return Object.entries(declared as Record<string, string>);
}

/** The account that holds what was declared. */
function answersOf(declared: readonly Declared[]): Answers {
  const props = (name: string) =>
    declared.find((resource) => resource.custom && resource.name === name)?.props ?? {};
  const key = props("acme-key");
  return {
    DescribeKey: { KeyMetadata: { KeyId: "k", KeyState: "Enabled" } },
    GetKeyRotationStatus: {
      KeyRotationEnabled: key["enableKeyRotation"],
      RotationPeriodInDays: key["rotationPeriodInDays"],
    },
    GetKeyPolicy: { Policy: key["policy"] },
    ListGrants: { Grants: [], Truncated: false },
    ListResourceTags: {
      Tags: tagsOf(key["tags"]).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
      Truncated: false,
    },
    GetRole: {
      Role: {
        AssumeRolePolicyDocument: encodeURIComponent(String(props("acme-backup-role")["assumeRolePolicy"])),
        PermissionsBoundary: { PermissionsBoundaryArn: props("acme-backup-role")["permissionsBoundary"] },
        Tags: tagsOf(props("acme-backup-role")["tags"]).map(([Key, Value]) => ({ Key, Value })),
      },
    },
    ListAttachedRolePolicies: { AttachedPolicies: [] },
    ListRolePolicies: { PolicyNames: [props("acme-backup-policy")["name"]] },
    GetRolePolicy: { PolicyDocument: encodeURIComponent(String(props("acme-backup-policy")["policy"])) },
    GetBucketPolicy: { Policy: props("backup-bucket-policy")["policy"] },
    GetBucketTagging: {
      TagSet: tagsOf(props("backup-bucket")["tags"]).map(([Key, Value]) => ({ Key, Value })),
    },
    GetPublicAccessBlock: {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: props("backup-bucket-public-access")["blockPublicAcls"],
        BlockPublicPolicy: props("backup-bucket-public-access")["blockPublicPolicy"],
        IgnorePublicAcls: props("backup-bucket-public-access")["ignorePublicAcls"],
        RestrictPublicBuckets: props("backup-bucket-public-access")["restrictPublicBuckets"],
      },
    },
    GetBucketOwnershipControls: {
      OwnershipControls: {
        Rules: [
          {
            ObjectOwnership: (props("backup-bucket-ownership")["rule"] as Record<string, string>)[
              "objectOwnership"
            ],
          },
        ],
      },
    },
    GetBucketVersioning: {
      Status: (props("backup-bucket-versioning")["versioningConfiguration"] as Record<string, string>)[
        "status"
      ],
    },
  };
}

async function judged(answers: Answers, tenant = acme): Promise<string[]> {
  const ledger = new Ledger();
  const { kms, iam } = clientsOf(answers);
  await judgeKey(tenant, platform, kms, ledger.bench(tenant.name, "encryption"));
  await judgeBackupRole(tenant, platform, iam, ledger.bench(tenant.name, "backup"));
  await judgeBucket(platform, clientsOf(answers), ledger);
  return sentences(ledger);
}

describe("the read-back of the AWS account", () => {
  let good: Answers;
  let keyPolicy: Statement[];
  let trust: Statement[];
  let prefix: Statement[];
  let bucketPolicy: Statement[];
  const text = (command: string, path: string[]) =>
    path.reduce<unknown>((value, step) => (value as Answers)[step], good[command]) as string;
  before(async () => {
    good = answersOf(await graph(acme));
    keyPolicy = statementsOf(text("GetKeyPolicy", ["Policy"]));
    trust = statementsOf(text("GetRole", ["Role", "AssumeRolePolicyDocument"]));
    prefix = statementsOf(text("GetRolePolicy", ["PolicyDocument"]));
    bucketPolicy = statementsOf(text("GetBucketPolicy", ["Policy"]));
  });

  for (const tier of tierNames) {
    it(`finds nothing amiss in what the components declare for a ${tier} tenant`, async () => {
      const tenant = tenantOf(tier);
      assert.deepEqual(await judged(answersOf(await graph(tenant)), tenant), []);
    });
  }

  const KEY = `acme: encryption: KMS key alias/tenantry/${acme.id}`;
  const BACKUP = `acme: backup: IAM role tenantry-${acme.id}-backup`;
  const SHARED = "(platform): backup: bucket test-backups";
  const PUBLIC = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true };
  const faults: [string, Answers, ...string[]][] = [
    ["no key", { DescribeKey: awsError("NotFoundException") }, `${KEY} is missing`],
    [
      "a key on its way out",
      { DescribeKey: { KeyMetadata: { KeyId: "k", KeyState: "PendingDeletion" } } },
      `${KEY} is PendingDeletion instead of Enabled`,
    ],
    [
      "a key that is not rotated",
      { GetKeyRotationStatus: { KeyRotationEnabled: false } },
      `${KEY} is not rotated`,
    ],
    [
      "a key that is seldom rotated",
      { GetKeyRotationStatus: { KeyRotationEnabled: true, RotationPeriodInDays: 2560 } },
      `${KEY} is rotated every 2560 days instead of 365`,
    ],
    ["a key without a policy", { GetKeyPolicy: {} }, `${KEY} has no policy`],
    [
      "an alias that was moved to another tenant's key",
      {
        ListResourceTags: { Tags: [{ TagKey: "tenant", TagValue: stranger.id }] },
        ListAliases: [
          { Aliases: [{ AliasName: "alias/theirs" }], Truncated: true, NextMarker: "m" },
          {
            Aliases: [
              {
                AliasName: `alias/tenantry/${acme.id}`,
                CreationDate: new Date("2026-01-01T00:00:00Z"),
                LastUpdatedDate: new Date("2026-02-03T04:05:06Z"),
              },
            ],
          },
        ],
      },
      `${KEY} leads to the key k with tag tenant=${stranger.id} instead of ${acme.id}: the alias was moved there at 2026-02-03T04:05:06.000Z, or the tag was changed`,
    ],
    [
      "an alias that was moved to nobody's key",
      { ListResourceTags: {}, ListAliases: {} },
      `${KEY} leads to the key k with tag tenant=none instead of ${acme.id}: the alias was moved there, or the tag was changed`,
    ],
    [
      "tags changed on the key, on the second page",
      {
        ListResourceTags: [
          { Tags: [{ TagKey: "tenant", TagValue: acme.id }], Truncated: true, NextMarker: "m" },
          {
            Tags: Object.entries({ ...labels.tenantTags(acme), [labels.LIST]: "other" }).map(
              ([TagKey, TagValue]) => ({ TagKey, TagValue }),
            ),
          },
        ],
      },
      `${KEY} has tag tenantry.dev/list=other instead of sample`,
    ],
    [
      "a grant to a stranger, on the second page",
      {
        ListGrants: [
          { Grants: [], Truncated: true, NextMarker: "m" },
          { Grants: [{ GranteePrincipal: ROLE(stranger.id), Operations: ["Decrypt"] }] },
        ],
      },
      `${KEY} is granted to ${ROLE(stranger.id)} (Decrypt)`,
    ],
    [
      "a grant to an instance of another account",
      {
        ListGrants: {
          Grants: [
            {
              GranteePrincipal: "arn:aws:sts::999999999999:assumed-role/aws:ec2-infrastructure/i-1",
              Operations: [],
            },
          ],
        },
      },
      `${KEY} is granted to arn:aws:sts::999999999999:assumed-role/aws:ec2-infrastructure/i-1 ()`,
    ],
    ["no role", { GetRole: awsError("NoSuchEntityException") }, `${BACKUP} is missing`],
    [
      "a bucket without tags",
      { GetBucketTagging: awsError("NoSuchTagSet") },
      `${SHARED} has tag tenantry.dev/platform=none instead of tenantry`,
    ],
    [
      "a managed policy",
      { ListAttachedRolePolicies: { AttachedPolicies: [{ PolicyName: "AdministratorAccess" }] } },
      `${BACKUP} has more rights, by AdministratorAccess`,
    ],
    [
      "an inline policy more",
      { ListRolePolicies: { PolicyNames: ["backup-prefix", "more"] } },
      `${BACKUP} carries the policies backup-prefix, more instead of backup-prefix`,
    ],
    [
      "no inline policy",
      { ListRolePolicies: { PolicyNames: [] } },
      `${BACKUP} carries the policies none instead of backup-prefix`,
    ],
    [
      "a bucket without a policy",
      { GetBucketPolicy: awsError("NoSuchBucketPolicy") },
      `${SHARED} takes requests without TLS`,
      `${SHARED} takes objects that no KMS key encrypts`,
    ],
    [
      "no public access block",
      { GetPublicAccessBlock: awsError("NoSuchPublicAccessBlockConfiguration") },
      `${SHARED} is not closed to the public`,
    ],
    [
      "a flag of the public access block off",
      {
        GetPublicAccessBlock: { PublicAccessBlockConfiguration: { ...PUBLIC, RestrictPublicBuckets: false } },
      },
      `${SHARED} is not closed to the public`,
    ],
    [
      "a flag of the public access block missing",
      { GetPublicAccessBlock: { PublicAccessBlockConfiguration: PUBLIC } },
      `${SHARED} is not closed to the public`,
    ],
    [
      "ACLs",
      { GetBucketOwnershipControls: awsError("OwnershipControlsNotFoundError") },
      `${SHARED} obeys ACLs of single objects`,
    ],
    [
      "versions suspended",
      { GetBucketVersioning: { Status: "Suspended" } },
      `${SHARED} keeps no old versions`,
    ],
  ];
  for (const [what, answers, ...expected] of faults) {
    it(`finds ${what}`, async () => assert.deepEqual(await judged({ ...good, ...answers }), expected));
  }

  it("allows the grants that EC2 gets for attached volumes", async () => {
    const GranteePrincipal = "arn:aws:sts::123456789012:assumed-role/aws:ec2-infrastructure/i-0abc";
    const ListGrants = { Grants: [{ GranteePrincipal, Operations: ["Decrypt"] }] };
    assert.deepEqual(await judged({ ...good, ListGrants }), []);
  });

  it("finds tags changed on the role", async () => {
    const { Role } = good["GetRole"] as { Role: { Tags: { Key: string; Value: string }[] } };
    const Tags = Role.Tags.filter(({ Key }) => Key !== "tenant");
    assert.equal(Tags.length, Role.Tags.length - 1);
    assert.deepEqual(await judged({ ...good, GetRole: { Role: { ...Role, Tags } } }), [
      `${BACKUP} has tag tenant=none instead of ${acme.id}`,
    ]);
  });

  it("fails where AWS refuses to answer: no answer is no proof", async () => {
    await assert.rejects(judged({ ...good, GetRole: awsError("AccessDenied") }), { name: "AccessDenied" });
  });

  it("says what a role's documents open", async () => {
    const document = (Statement: unknown) => JSON.stringify({ Statement });
    const { Role: role } = good["GetRole"] as { Role: object };
    const open = { ...trust[0], Principal: "*" };
    const wide = { ...prefix[1], Resource: `${BUCKET}/*` };
    assert.deepEqual(
      await judged({
        ...good,
        GetRole: { Role: { ...role, AssumeRolePolicyDocument: document([open]) } },
        GetRolePolicy: { PolicyDocument: document([wide]) },
      }),
      [
        `${BACKUP} may be assumed by others than Velero of this cluster`,
        `${BACKUP} reaches beyond its own prefix`,
      ],
    );
  });

  describe("a bucket policy", () => {
    const TLS = `${SHARED} takes requests without TLS`;
    const KMS = `${SHARED} takes objects that no KMS key encrypts`;
    const changes: [string, number, Partial<Statement>, string][] = [
      ["for one principal", 0, { Principal: { AWS: `${IAM}:root` } }, TLS],
      ["for objects alone", 0, { Resource: `${BUCKET}/*` }, TLS],
      ["for reading alone", 0, { Action: "s3:Get*" }, TLS],
      ["of the opposite", 0, { Condition: { Bool: { "aws:SecureTransport": "true" } } }, TLS],
      [
        "under one condition more",
        0,
        { Condition: { Bool: { "aws:SecureTransport": "false" }, StringEquals: { "aws:username": "x" } } },
        TLS,
      ],
      ["for one prefix", 1, { Resource: `${BUCKET}/tenants/x/*` }, KMS],
      [
        "for another algorithm",
        1,
        { Condition: { StringNotEquals: { "s3:x-amz-server-side-encryption": "AES256" } } },
        KMS,
      ],
    ];
    for (const [what, index, change, expected] of changes) {
      it(`finds a refusal ${what}`, async () => {
        const Statement = bucketPolicy.map((of, at) => (at === index ? { ...of, ...change } : of));
        const GetBucketPolicy = { Policy: JSON.stringify({ Statement }) };
        assert.deepEqual(await judged({ ...good, GetBucketPolicy }), [expected]);
      });
    }
    it("finds a permission", async () => {
      const more = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `${BUCKET}/*` };
      const GetBucketPolicy = { Policy: JSON.stringify({ Statement: [...bucketPolicy, more] }) };
      assert.deepEqual(await judged({ ...good, GetBucketPolicy }), [
        `${SHARED} lets somebody in by its own policy`,
      ]);
    });
  });

  describe("a key policy", () => {
    const [VOLUMES, GRANTS, BACKUPS] = [1, 2, 4];
    const faultsOf = (statements: Statement[]) => keyPolicyFaults(statements, acme, platform);
    const allow = (Principal: Statement["Principal"], Action: Statement["Action"]): Statement => ({
      Effect: "Allow",
      Principal,
      Action,
      Resource: "*",
    });
    const root = { AWS: `${IAM}:root` };

    for (const action of [
      ..."* kms:* KMS:* kms:Gen* kms:Create* kms:CreateGrant kms:creategrant kms:Decrypt kms:De* kms:?ecrypt".split(
        " ",
      ),
      ..."kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:GenerateMac kms:Sign".split(
        " ",
      ),
      ..."kms:ReEncrypt* kms:ReEncryptFrom kms:DeriveSharedSecret kms:ReplicateKey".split(" "),
    ]) {
      it(`does not leave ${action} to the account`, () => {
        assert.deepEqual(faultsOf([...keyPolicy, allow(root, ["kms:DescribeKey", action])]), [
          `lets the whole account use it (${action})`,
        ]);
      });
    }
    for (const action of [
      "kms:DescribeKey",
      "kms:Describe*",
      "kms:CreateAlias",
      "kms:PutKeyPolicy",
      "kms:List*",
    ]) {
      it(`leaves ${action} to the account`, () => {
        assert.deepEqual(faultsOf([...keyPolicy, allow(root, action)]), []);
      });
    }
    const added: [string, Statement, string][] = [
      ["everybody", allow("*", "kms:Decrypt"), "lets everybody use it (kms:Decrypt)"],
      ["every AWS principal", allow({ AWS: "*" }, "kms:*"), "lets everybody use it (kms:*)"],
      [
        "everybody under a condition",
        { ...allow({ AWS: "*" }, "kms:Decrypt"), Condition: { StringEquals: { "kms:CallerAccount": "1" } } },
        "lets everybody use it (kms:Decrypt)",
      ],
      [
        "another account",
        allow({ AWS: "arn:aws:iam::999999999999:root" }, "kms:Decrypt"),
        "lets arn:aws:iam::999999999999:root use it (kms:Decrypt)",
      ],
      [
        "another tenant's role",
        allow({ AWS: ROLE(stranger.id) }, "kms:Decrypt"),
        `lets ${ROLE(stranger.id)} use it (kms:Decrypt)`,
      ],
      [
        "another role that may change the policy",
        allow({ AWS: ROLE(stranger.id) }, "kms:Put*"),
        `lets ${ROLE(stranger.id)} use it (kms:Put*)`,
      ],
      [
        "a service",
        allow({ Service: "ec2.amazonaws.com" }, "kms:Decrypt"),
        "lets ec2.amazonaws.com use it (kms:Decrypt)",
      ],
      [
        "all actions but some",
        { ...allow(root, undefined), NotAction: "kms:Sign" },
        "allows everything but some actions",
      ],
      [
        "everybody but some",
        { ...allow(undefined, "kms:Decrypt"), NotPrincipal: root },
        "allows everybody but some principals",
      ],
    ];
    for (const [what, statement, fault] of added) {
      it(`finds ${what}`, () => assert.deepEqual(faultsOf([...keyPolicy, statement]), [fault]));
    }

    const EC2 = "ec2.eu-central-1.amazonaws.com";
    const S3 = "s3.eu-central-1.amazonaws.com";
    const CSI = `${IAM}:role/ebs-csi`;
    const CONTEXT = "kms:EncryptionContext:aws:s3:arn";
    const own = `${BUCKET}/tenants/${acme.id}/*`;
    const changed: [string, number, Partial<Statement>, string][] = [
      ["volumes by any service", VOLUMES, { Condition: undefined }, CSI],
      ["volumes by another service", VOLUMES, { Condition: { StringEquals: { "kms:ViaService": S3 } } }, CSI],
      [
        "volumes by one of two services",
        VOLUMES,
        { Condition: { StringEquals: { "kms:ViaService": [EC2, S3] } } },
        CSI,
      ],
      ["volumes by a pattern", VOLUMES, { Condition: { StringLike: { "kms:ViaService": "*" } } }, CSI],
      [
        "volumes if a service is named",
        VOLUMES,
        { Condition: { StringEqualsIfExists: { "kms:ViaService": EC2 } } },
        CSI,
      ],
      ["grants of any kind", GRANTS, { Condition: { StringEquals: { "kms:ViaService": EC2 } } }, CSI],
      ["backups by any service", BACKUPS, { Condition: undefined }, ROLE(acme.id)],
      [
        "backups of any object",
        BACKUPS,
        { Condition: { StringEquals: { "kms:ViaService": S3 } } },
        ROLE(acme.id),
      ],
      [
        "backups of the whole bucket",
        BACKUPS,
        { Condition: { StringEquals: { "kms:ViaService": S3 }, StringLike: { [CONTEXT]: `${BUCKET}/*` } } },
        ROLE(acme.id),
      ],
      [
        "backups without the closing slash",
        BACKUPS,
        {
          Condition: {
            StringEquals: { "kms:ViaService": S3 },
            StringLike: { [CONTEXT]: own.replace("/*", "*") },
          },
        },
        ROLE(acme.id),
      ],
      [
        "backups of two prefixes",
        BACKUPS,
        { Condition: { StringEquals: { "kms:ViaService": S3 }, StringLike: { [CONTEXT]: [own, "*"] } } },
        ROLE(acme.id),
      ],
      [
        "backups by another tenant's role",
        BACKUPS,
        { Principal: { AWS: ROLE(stranger.id) } },
        ROLE(stranger.id),
      ],
      [
        "a second role beside the first",
        BACKUPS,
        { Principal: { AWS: [ROLE(acme.id), `${IAM}:user/x`] } },
        `${IAM}:user/x`,
      ],
      [
        "a service beside the role",
        BACKUPS,
        { Principal: { AWS: ROLE(acme.id), Service: "s3.amazonaws.com" } },
        "s3.amazonaws.com",
      ],
    ];
    for (const [what, index, change, who] of changed) {
      it(`finds ${what}`, () => {
        const statements = keyPolicy.map((of, at) => (at === index ? { ...of, ...change } : of));
        const actions = [keyPolicy[index]?.Action].flat().filter((action) => action !== "kms:DescribeKey");
        assert.deepEqual(faultsOf(statements), [`lets ${who} use it (${actions.join(", ")})`]);
      });
    }
    it("finds a right more for the role that may use the key", () => {
      const statements = keyPolicy.map((of, at) =>
        at === BACKUPS ? { ...of, Action: ["kms:Decrypt", "kms:CreateGrant"] } : of,
      );
      assert.deepEqual(faultsOf(statements), [`lets ${ROLE(acme.id)} use it (kms:Decrypt, kms:CreateGrant)`]);
    });
    it("passes over a refusal, and reads a document of one statement", () => {
      assert.deepEqual(faultsOf([...keyPolicy, { ...allow("*", "kms:*"), Effect: "Deny" }]), []);
      assert.equal(statementsOf('{"Statement":{"Effect":"Deny"}}').length, 1);
    });
  });

  describe("a trust policy", () => {
    const SUB = "oidc.test.example:sub";
    const AUD = "oidc.test.example:aud";
    const subject = "system:serviceaccount:velero:velero";
    const both = { [SUB]: subject, [AUD]: "sts.amazonaws.com" };
    const federated = { Federated: `${IAM}:oidc-provider/oidc.test.example` };
    const refused: [string, Partial<Statement>][] = [
      ["without a subject", { Condition: { StringEquals: { [AUD]: "sts.amazonaws.com" } } }],
      ["without an audience", { Condition: { StringEquals: { [SUB]: subject } } }],
      ["without a condition", { Condition: undefined }],
      ["by a pattern", { Condition: { StringLike: both } }],
      ["of another subject", { Condition: { StringEquals: { ...both, [SUB]: `${subject}2` } } }],
      ["of two subjects", { Condition: { StringEquals: { ...both, [SUB]: [subject, "system:x"] } } }],
      ["of another cluster", { Principal: { Federated: `${IAM}:oidc-provider/other.example` } }],
      ["of everybody", { Principal: "*" }],
      ["of an account", { Principal: { AWS: `${IAM}:root` } }],
      ["of a service too", { Principal: { ...federated, Service: "ec2.amazonaws.com" } }],
      ["of all but somebody", { Principal: undefined, NotPrincipal: federated }],
      ["by any action", { Action: "sts:*" }],
      ["by all actions but some", { Action: undefined, NotAction: "sts:TagSession" }],
    ];
    it("takes Velero of this cluster", () => assert.equal(trustsVeleroOnly(trust, platform), true));
    for (const [what, change] of refused) {
      it(`is refused ${what}`, () => {
        assert.equal(trustsVeleroOnly([{ ...trust[0], ...change } as Statement], platform), false);
        assert.equal(trustsVeleroOnly([...trust, { ...trust[0], ...change } as Statement], platform), false);
      });
    }
    it("is refused where it is empty", () => assert.equal(trustsVeleroOnly([], platform), false));
  });

  describe("a prefix policy", () => {
    const [LIST, USE] = [0, 1];
    const own = `${BUCKET}/tenants/${acme.id}`;
    const refused: [string, number, Partial<Statement>][] = [
      ["without the closing slash", USE, { Resource: `${own}*` }],
      ["over the whole bucket", USE, { Resource: `${BUCKET}/*` }],
      [
        "over another tenant's prefix too",
        USE,
        { Resource: [`${own}/*`, `${BUCKET}/tenants/${stranger.id}/*`] },
      ],
      ["over everything", USE, { Resource: "*" }],
      ["over all but something", USE, { Resource: undefined }],
      ["with every action", USE, { Action: "s3:*" }],
      ["with all actions but some", USE, { Action: undefined, NotAction: "s3:GetObject" }],
      ["with an action of another service", USE, { Action: "kms:Decrypt", Resource: "*" }],
      ["that lists the whole bucket", LIST, { Condition: undefined }],
      ["that lists every prefix", LIST, { Condition: { StringLike: { "s3:prefix": "*" } } }],
      [
        "that lists without the closing slash",
        LIST,
        { Condition: { StringLike: { "s3:prefix": `tenants/${acme.id}*` } } },
      ],
      [
        "that lists another prefix too",
        LIST,
        { Condition: { StringLike: { "s3:prefix": [`tenants/${acme.id}/`, "tenants/"] } } },
      ],
      [
        "that lists where a prefix is named",
        LIST,
        { Condition: { StringLikeIfExists: { "s3:prefix": `tenants/${acme.id}/` } } },
      ],
      ["that uses what it may list", LIST, { Action: ["s3:ListBucket", "s3:GetObject"] }],
      ["that lists another bucket", LIST, { Resource: [BUCKET, "arn:aws:s3:::other"] }],
    ];
    it("stays in the own prefix", () => assert.equal(staysInPrefix(prefix, acme, platform), true));
    it("is refused to another tenant", () => assert.equal(staysInPrefix(prefix, stranger, platform), false));
    for (const [what, index, change] of refused) {
      it(`is refused ${what}`, () => {
        const statements = prefix.map((of, at) => (at === index ? { ...of, ...change } : of));
        assert.equal(staysInPrefix(statements, acme, platform), false);
      });
    }
  });
});
