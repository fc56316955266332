import assert from "node:assert/strict";
import { InvalidRequestException, ResourceNotFoundException } from "@aws-sdk/client-secrets-manager";
import { requestFailure } from "../../sandbox/plugins/aws/errors";
import { secret, SECRET_SCHEMA } from "../../sandbox/plugins/aws/secret";
import { secretPolicy, SECRET_POLICY_SCHEMA } from "../../sandbox/plugins/aws/secret-policy";
import { checkInputs } from "../../sandbox/plugins/schema/check";
import { difference } from "../../sandbox/plugins/schema/difference";
import { asked, CALL } from "./aws-sent";

const ARN = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:acme/app-a1b2c3";
const POLICY = JSON.stringify({ Statement: [{ Effect: "Deny" }] });
const $metadata = { httpStatusCode: 400, requestId: "rid" };

describe("aws plugin: secrets", () => {
  const check = (news: Record<string, unknown>) => checkInputs(SECRET_SCHEMA, CALL.urn, {}, news);

  it("take thirty days for the recovery window, and names as they are", () => {
    const { inputs } = check({ name: "acme/app" });
    assert.equal(inputs["recoveryWindowInDays"], 30);
    assert.deepEqual(inputs["__defaults"], ["forceOverwriteReplicaSecret", "recoveryWindowInDays"]);
    assert.match(String(check({}).inputs["name"]), /^acme-[0-9a-f]{7}$/);
  });

  for (const days of [0, 7, 30]) {
    it(`take a recovery window of ${days} days`, () =>
      assert.deepEqual(check({ recoveryWindowInDays: days }).failures, []));
  }

  it("refuse any other window, and names of other letters", () => {
    const { failures } = check({ name: "a b", recoveryWindowInDays: 6 });
    assert.deepEqual(failures.map(({ property }) => property).sort(), ["name", "recoveryWindowInDays"]);
  });

  it("are replaced for another name, and changed in place for the rest", () => {
    const old = { name: "a", description: "a", kmsKeyId: "a", recoveryWindowInDays: 7 };
    const wanted = { name: "b", description: "b", kmsKeyId: "b", recoveryWindowInDays: 0 };
    const { changed, replaces } = difference(SECRET_SCHEMA, old, wanted);
    assert.deepEqual([...changed].sort(), Object.keys(old).sort());
    assert.deepEqual(replaces, ["name"]);
  });

  it("are known by their ARN, and read back with their policy", async () => {
    const { account, requests } = asked({
      CreateSecret: () => ({ ARN }),
      DescribeSecret: () => ({ ARN, Name: "acme/app", Tags: [{ Key: "a", Value: "1" }] }),
      GetResourcePolicy: () => ({ ARN, ResourcePolicy: POLICY }),
    });
    const inputs = { name: "acme/app", tags: { a: "1" }, tagsAll: { a: "1" }, recoveryWindowInDays: 7 };
    const { id, state } = await secret(account).create(CALL, inputs);
    assert.equal(id, ARN);
    assert.deepEqual(
      [state["arn"], state["name"], state["policy"], state["recoveryWindowInDays"], state["tagsAll"]],
      [ARN, "acme/app", POLICY, 7, { a: "1" }],
    );
    assert.deepEqual(requests[0]?.[1]["Tags"], [{ Key: "a", Value: "1" }]);
  });

  it("count as gone once they wait for their deletion", async () => {
    const { account } = asked({ DescribeSecret: () => ({ ARN, DeletedDate: new Date() }) });
    assert.equal(await secret(account).read(CALL, ARN, {}, { name: "acme/app" }), undefined);
  });

  const windows: [number | undefined, object][] = [
    [0, { ForceDeleteWithoutRecovery: true }],
    [7, { RecoveryWindowInDays: 7 }],
    [undefined, { RecoveryWindowInDays: 30 }],
  ];
  for (const [days, sent] of windows) {
    it(`are deleted with a recovery window of ${days ?? "no"} days`, async () => {
      const { account, requests } = asked({});
      await secret(account).delete(CALL, ARN, { recoveryWindowInDays: days });
      assert.deepEqual(requests, [["DeleteSecret", { SecretId: ARN, ...sent }]]);
    });
  }

  it("fail in the words of the Go SDK", () => {
    const error = new ResourceNotFoundException({ message: "no", $metadata });
    assert.equal(
      requestFailure("Secrets Manager", "DescribeSecret", error),
      "operation error Secrets Manager: DescribeSecret, https response error StatusCode: 400, RequestID: rid, ResourceNotFoundException: no",
    );
  });
});

describe("aws plugin: policies of secrets", () => {
  const inputs = { secretArn: ARN, policy: POLICY };

  it("belong to one secret for life", () => {
    const { replaces } = difference(SECRET_POLICY_SCHEMA, inputs, { ...inputs, secretArn: "arn:b" });
    assert.deepEqual(replaces, ["secretArn"]);
    const { failures } = checkInputs(
      SECRET_POLICY_SCHEMA,
      CALL.urn,
      {},
      { ...inputs, secretArn: "acme/app" },
    );
    assert.match(failures[0]?.reason ?? "", /^"secret_arn" \(acme\/app\) is an invalid ARN/);
  });

  it("are put with the block on public ones that the program asks for", async () => {
    const { account, requests } = asked({
      PutResourcePolicy: () => ({ ARN }),
      GetResourcePolicy: () => ({ ARN, ResourcePolicy: POLICY }),
    });
    const { id, state } = await secretPolicy(account).create(CALL, { ...inputs, blockPublicPolicy: true });
    assert.equal(id, ARN);
    assert.equal(state["blockPublicPolicy"], true);
    const put = { SecretId: ARN, ResourcePolicy: POLICY, BlockPublicPolicy: true };
    assert.deepEqual(requests[0], ["PutResourcePolicy", put]);
  });

  it("are empty where somebody took one away, so that the next run puts it back", async () => {
    const { account } = asked({ GetResourcePolicy: () => ({ ARN }) });
    const found = await secretPolicy(account).read(CALL, ARN, inputs, inputs);
    assert.equal(found?.state["policy"], "");
    assert.deepEqual([...difference(SECRET_POLICY_SCHEMA, found?.state ?? {}, inputs).changed], ["policy"]);
  });

  it("are gone with their secret", async () => {
    const message = "You can't perform this operation on the secret because it was marked for deletion.";
    const refuse = () => {
      throw new InvalidRequestException({ message, $metadata });
    };
    const { account } = asked({ GetResourcePolicy: refuse, DeleteResourcePolicy: refuse });
    assert.equal(await secretPolicy(account).read(CALL, ARN, inputs, inputs), undefined);
    await secretPolicy(account).delete(CALL, ARN, inputs);
  });
});
