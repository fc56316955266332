import assert from "node:assert/strict";
import { KMSServiceException, NotFoundException } from "@aws-sdk/client-kms";
import { EntityAlreadyExistsException } from "@aws-sdk/client-iam";
import { S3ServiceException } from "@aws-sdk/client-s3";
import { accountFault } from "../../sandbox/plugins/aws/account";
import { refusedWith, requestFailure } from "../../sandbox/plugins/aws/errors";
import { POLICY_SCHEMA } from "../../sandbox/plugins/aws/iam-policy";
import { ROLE_SCHEMA } from "../../sandbox/plugins/aws/iam-role";
import { ATTACHMENT_SCHEMA } from "../../sandbox/plugins/aws/iam-role-policy-attachment";
import { ROLE_POLICY_SCHEMA } from "../../sandbox/plugins/aws/iam-role-policy";
import { ALIAS_SCHEMA } from "../../sandbox/plugins/aws/kms-alias";
import { KEY_SCHEMA } from "../../sandbox/plugins/aws/kms-key";
import { policyFault, samePolicy } from "../../sandbox/plugins/aws/policy-document";
import { providerConfig } from "../../sandbox/plugins/aws/provider-config";
import { regionFaults } from "../../sandbox/plugins/aws/region";
import type { Account } from "../../sandbox/plugins/aws/account";
import { BUCKET_SCHEMA } from "../../sandbox/plugins/aws/s3-bucket";
import { fromService, toService } from "../../sandbox/plugins/aws/s3-bucket-lifecycle";
import { tagChanges, tagState, withAllTags } from "../../sandbox/plugins/aws/tags";
import { UNKNOWN } from "../../sandbox/plugins/protocol";
import { checkInputs } from "../../sandbox/plugins/schema/check";
import { difference } from "../../sandbox/plugins/schema/difference";

const URN = "urn:pulumi:s::p::aws:kms/key:Key::acme";

describe("aws plugin: policy documents", () => {
  const document = (statement: unknown): string =>
    JSON.stringify({ Version: "2012-10-17", Statement: statement });
  const allow = { Effect: "Allow", Action: "kms:Decrypt", Resource: "*" };

  const same: [string, unknown, unknown][] = [
    ["order of keys", [allow], [{ Resource: "*", Action: "kms:Decrypt", Effect: "Allow" }]],
    ["one value or a list of one", [allow], { ...allow, Action: ["kms:Decrypt"], Resource: ["*"] }],
    ["order of actions", [{ ...allow, Action: ["a:B", "c:D"] }], [{ ...allow, Action: ["c:D", "a:B"] }]],
    ["case of actions", [allow], [{ ...allow, Action: "KMS:decrypt" }]],
    ["an action said twice", [allow], [{ ...allow, Action: ["kms:Decrypt", "kms:Decrypt"] }]],
    [
      "an account id for its root",
      [{ ...allow, Principal: { AWS: "123456789012" } }],
      [{ ...allow, Principal: { AWS: ["arn:aws:iam::123456789012:root"] } }],
    ],
    ["everybody in two spellings", [{ ...allow, Principal: "*" }], [{ ...allow, Principal: { AWS: "*" } }]],
    [
      "a quoted condition value",
      [{ ...allow, Condition: { Bool: { "aws:SecureTransport": false } } }],
      [{ ...allow, Condition: { Bool: { "aws:SecureTransport": ["false"] } } }],
    ],
  ];
  for (const [what, left, right] of same) {
    it(`takes for the same: ${what}`, () => assert.equal(samePolicy(document(left), document(right)), true));
  }

  const different: [string, unknown, unknown][] = [
    ["another effect", [allow], [{ ...allow, Effect: "Deny" }]],
    ["one action more", [allow], [{ ...allow, Action: ["kms:Decrypt", "kms:Encrypt"] }]],
    ["case of resources", [{ ...allow, Resource: "arn:a" }], [{ ...allow, Resource: "arn:A" }]],
    ["a condition taken away", [{ ...allow, Condition: { Null: { "aws:x": "true" } } }], [allow]],
    ["Action turned into NotAction", [allow], [{ Effect: "Allow", NotAction: "kms:Decrypt", Resource: "*" }]],
    ["one statement more", [allow], [allow, { ...allow, Sid: "x" }]],
  ];
  for (const [what, left, right] of different) {
    it(`takes for different: ${what}`, () =>
      assert.equal(samePolicy(document(left), document(right)), false));
  }

  it("does not take two different broken texts for the same", () =>
    assert.equal(samePolicy("{", "["), false));

  it("refuses what is no policy, by its sentence", () => {
    const fault = policyFault("policy");
    assert.equal(fault(document([allow])), undefined);
    assert.equal(fault("[]"), '"policy" contains an invalid JSON policy: it is not a JSON object');
    assert.match(fault("rubbish") ?? "", /^"policy" contains an invalid JSON policy: /);
    assert.equal(
      fault(" {}"),
      '"policy" contains an invalid JSON policy: leading space characters are not allowed',
    );
  });

  it("writes a document given as an object as JSON with sorted keys", () => {
    const { inputs } = checkInputs(
      ROLE_POLICY_SCHEMA,
      URN,
      {},
      { role: "r", name: "n", policy: { b: 1, a: [2] } },
    );
    assert.equal(inputs["policy"], '{"a":[2],"b":1}');
  });
});

describe("aws plugin: check", () => {
  const check = (news: Record<string, unknown>, olds: Record<string, unknown> = {}) =>
    checkInputs(KEY_SCHEMA, URN, olds, news);

  it("fills in the official defaults and says which", () => {
    const { inputs, failures } = check({ description: "d" });
    assert.deepEqual(failures, []);
    assert.equal(inputs["customerMasterKeySpec"], "SYMMETRIC_DEFAULT");
    assert.equal(inputs["isEnabled"], true);
    assert.equal((inputs["__defaults"] as string[]).includes("enableKeyRotation"), true);
  });

  it("collects every fault", () => {
    const { failures } = check({
      deletionWindowInDays: 3,
      keyUsage: "EVERYTHING",
      policy: "x",
      arn: "no",
      huh: 1,
    });
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "arn",
      "deletionWindowInDays",
      "huh",
      "keyUsage",
      "policy",
    ]);
    const window = failures.find(({ property }) => property === "deletionWindowInDays");
    assert.equal(
      window?.reason,
      "expected deletion_window_in_days to be in the range (7 - 30), got 3. Examine values at 'acme.deletionWindowInDays'.",
    );
  });

  it("says which required argument is missing", () => {
    const { failures } = checkInputs(ALIAS_SCHEMA, URN, {}, { name: "alias/a" });
    assert.match(failures[0]?.reason ?? "", /The argument "target_key_id" is required/);
  });

  it("does not judge what is unknown yet", () => {
    const news = { deletionWindowInDays: UNKNOWN, policy: UNKNOWN, tags: { a: UNKNOWN } };
    assert.deepEqual(check(news).failures, []);
  });

  it("keeps a generated name and forgets an explicit one", () => {
    const first = checkInputs(POLICY_SCHEMA, URN, {}, { policy: "{}" }).inputs;
    assert.match(String(first["name"]), /^acme-[0-9a-f]{7}$/);
    const again = checkInputs(POLICY_SCHEMA, URN, first, { policy: "{}" }).inputs;
    assert.equal(again["name"], first["name"]);
    const explicit = { policy: "{}", name: "given", __defaults: [] };
    assert.notEqual(checkInputs(POLICY_SCHEMA, URN, explicit, { policy: "{}" }).inputs["name"], "given");
  });

  it("refuses another region than the provider's", () => {
    const account = { region: "eu-west-1" } as Account;
    assert.equal(regionFaults(account, { region: "eu-west-1" }).length, 0);
    assert.match(
      regionFaults(account, { region: "us-east-1" })[0]?.reason ?? "",
      /one region a provider \(eu-west-1\)/,
    );
  });
});

describe("aws plugin: what a change does", () => {
  const state = {
    bucket: "b",
    region: "eu-west-1",
    forceDestroy: false,
    tags: { a: "1" },
    tagsAll: { a: "1" },
  };

  it("does nothing where nothing changed", () => {
    assert.equal(difference(BUCKET_SCHEMA, state, { ...state, region: undefined }).changed.size, 0);
  });

  it("names changed tags one by one", () => {
    const wanted = { ...state, tags: { a: "2", "x.y": "z" } };
    assert.deepEqual(difference(BUCKET_SCHEMA, state, wanted).paths, {
      "tags.a": "update",
      'tags["x.y"]': "add",
    });
  });

  const replacing: [string, Parameters<typeof difference>[0], string, string, string][] = [
    ["a key's spec", KEY_SCHEMA, "customerMasterKeySpec", "RSA_2048", "ECC_NIST_P256"],
    ["an alias's name", ALIAS_SCHEMA, "name", "alias/a", "alias/b"],
    ["a role's path", ROLE_SCHEMA, "path", "/", "/x/"],
    ["a role's name", ROLE_SCHEMA, "name", "a", "b"],
    ["a policy's description", POLICY_SCHEMA, "description", "a", "b"],
    ["an attachment's role", ATTACHMENT_SCHEMA, "role", "a", "b"],
    ["a bucket's name", BUCKET_SCHEMA, "bucket", "aaa", "bbb"],
  ];
  for (const [what, schema, key, old, wanted] of replacing) {
    it(`replaces for ${what}`, () => {
      const result = difference(schema, { [key]: old }, { [key]: wanted });
      assert.deepEqual(result.replaces, [key]);
      assert.deepEqual(result.paths, { [key]: "update-replace" });
    });
  }

  const inPlace: [string, Parameters<typeof difference>[0], string, unknown, unknown][] = [
    ["a key's description", KEY_SCHEMA, "description", "a", "b"],
    ["a key's rotation", KEY_SCHEMA, "enableKeyRotation", false, true],
    ["an alias's target", ALIAS_SCHEMA, "targetKeyId", "1", "2"],
    ["a role's trust", ROLE_SCHEMA, "assumeRolePolicy", '{"a":1}', '{"a":2}'],
    ["a role's boundary taken away", ROLE_SCHEMA, "permissionsBoundary", "arn", undefined],
  ];
  for (const [what, schema, key, old, wanted] of inPlace) {
    it(`updates in place for ${what}`, () => {
      const result = difference(schema, { [key]: old }, { [key]: wanted });
      assert.deepEqual([...result.changed], [key]);
      assert.deepEqual(result.replaces, []);
    });
  }

  it("takes a key's ARN and its id for the same target", () => {
    const arn = "arn:aws:kms:eu-west-1:000000000000:key/1234";
    assert.equal(difference(ALIAS_SCHEMA, { targetKeyId: "1234" }, { targetKeyId: arn }).changed.size, 0);
  });

  it("leaves alone what the server chose and the program does not say", () => {
    assert.equal(
      difference(KEY_SCHEMA, { description: "", rotationPeriodInDays: 365, policy: "{}" }, {}).changed.size,
      0,
    );
  });

  it("deletes first where old and new would bear the same explicit name", () => {
    const old = { name: "n", path: "/" };
    assert.equal(
      difference(ROLE_SCHEMA, old, { name: "n", path: "/x/", __defaults: [] }).deleteBeforeReplace,
      true,
    );
    assert.equal(
      difference(ROLE_SCHEMA, old, { name: "n", path: "/x/", __defaults: ["name"] }).deleteBeforeReplace,
      false,
    );
  });

  it("lets ignored properties be", () => {
    assert.equal(
      difference(ROLE_SCHEMA, { description: "a" }, { description: "b" }, ["description"]).changed.size,
      0,
    );
  });
});

describe("aws plugin: tags", () => {
  it("lays the resource's tags over the provider's", () => {
    const { tagsAll } = withAllTags({ tags: { a: "own" } }, { a: "default", b: "default" });
    assert.deepEqual(tagsAll, { a: "own", b: "default" });
  });

  it("knows nothing of all tags while one is unknown", () => {
    assert.equal(withAllTags({ tags: { a: UNKNOWN } }, { b: "1" })["tagsAll"], UNKNOWN);
  });

  it("shows a default tag under tags only where the program names it", () => {
    const live = { own: "1", shared: "d", "aws:cloudformation:x": "y" };
    assert.deepEqual(tagState(live, { tags: { own: "1" } }, { shared: "d" }), {
      tags: { own: "1" },
      tagsAll: { own: "1", shared: "d" },
    });
    assert.deepEqual(tagState(live, { tags: { shared: "d" } }, { shared: "d" })["tags"], {
      own: "1",
      shared: "d",
    });
  });

  it("writes what changed and removes what went", () => {
    const changes = tagChanges({ keep: "1", change: "1", drop: "1" }, { keep: "1", change: "2", add: "3" });
    assert.deepEqual(changes.removed, ["drop"]);
    assert.deepEqual(changes.set, [
      { Key: "change", Value: "2" },
      { Key: "add", Value: "3" },
    ]);
  });
});

describe("aws plugin: errors", () => {
  const $metadata = { httpStatusCode: 400, requestId: "rid", extendedRequestId: "host" };

  it("words a code the model does not declare as the Go SDK does", () => {
    const error = new KMSServiceException({
      name: "AccessDeniedException",
      message: "no",
      $fault: "client",
      $metadata,
    });
    assert.equal(
      requestFailure("KMS", "CreateKey", error),
      "operation error KMS: CreateKey, https response error StatusCode: 400, RequestID: rid, api error AccessDeniedException: no",
    );
  });

  it("words a declared one without the prefix, and IAM's without their ending", () => {
    const missing = new NotFoundException({ message: "gone", $metadata });
    assert.match(requestFailure("KMS", "DescribeKey", missing), /RequestID: rid, NotFoundException: gone$/);
    const taken = new EntityAlreadyExistsException({ message: "taken", $metadata });
    assert.match(requestFailure("IAM", "CreateRole", taken), /RequestID: rid, EntityAlreadyExists: taken$/);
  });

  it("names the host of an S3 refusal", () => {
    const error = new S3ServiceException({
      name: "AccessDenied",
      message: "no",
      $fault: "client",
      $metadata,
    });
    assert.match(
      requestFailure("S3", "CreateBucket", error),
      /RequestID: rid, HostID: host, api error AccessDenied: no$/,
    );
  });

  it("recognises a refusal behind its wording", () => {
    const cause = new NotFoundException({ message: "gone", $metadata });
    assert.equal(refusedWith(new Error("reading: …", { cause }), "NotFoundException"), true);
    assert.equal(refusedWith(new Error("reading: …", { cause }), "AccessDenied"), false);
  });
});

describe("aws plugin: provider configuration", () => {
  it("reads what the SDK sends as JSON text", () => {
    const config = providerConfig(
      {
        region: "eu-west-1",
        endpoints: '[{"kms":"http://127.0.0.1:1"}]',
        defaultTags: '{"tags":{"a":"b"}}',
        allowedAccountIds: '["1"]',
        s3UsePathStyle: "true",
      },
      { AWS_ENDPOINT_URL: "http://127.0.0.1:2" },
    );
    assert.equal(config.endpoint("kms"), "http://127.0.0.1:1");
    assert.equal(config.endpoint("iam"), "http://127.0.0.1:2");
    assert.deepEqual(config.defaultTags, { a: "b" });
    assert.deepEqual(config.allowedAccountIds, ["1"]);
    assert.equal(config.s3UsePathStyle, true);
    assert.equal(config.maxRetries, 25);
  });

  it("refuses an account by the official sentence", () => {
    const lists = { allowedAccountIds: ["111111111111"], forbiddenAccountIds: [] };
    assert.equal(accountFault("111111111111", lists), undefined);
    assert.equal(accountFault("222222222222", lists), "AWS account ID not allowed: 222222222222");
    const forbidden = { allowedAccountIds: [], forbiddenAccountIds: ["3"] };
    assert.equal(accountFault("3", forbidden), "AWS account ID not allowed: 3");
  });
});

describe("aws plugin: lifecycle rules", () => {
  it("come back as they went", () => {
    const rules = [
      {
        id: "a",
        status: "Enabled",
        filter: { and: { prefix: "tenants/a/", tags: { x: "y" } } },
        expiration: { days: 30 },
        transitions: [{ date: "2030-01-01T00:00:00Z", storageClass: "GLACIER" }],
      },
    ];
    const sent = toService(rules) as Record<string, unknown>[];
    assert.equal(sent[0]?.["ID"], "a");
    assert.deepEqual(fromService(sent), rules);
  });
});
