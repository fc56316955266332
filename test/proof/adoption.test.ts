/** Which key is taken for a tenant's own, asked of a KMS that a test makes up (R66). */

import assert from "node:assert/strict";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import { recordedKeys, standingKeys } from "../../proof/adoption";
import { neighbour, platform, tenantOf } from "../components/fixtures";
import { serve, withEnvironment } from "./server";

const acme = tenantOf("standard");
const other = tenantOf("standard", neighbour);

interface Key {
  readonly id: string;
  readonly alias?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly state?: string;
}

const OURS = { [labels.TENANT]: acme.id, [labels.LIST]: acme.list };
const ALIAS = names.keyAlias(acme.id);

/** What is found of acme and its neighbour among these keys, and the operations that it took. */
async function found(
  keys: readonly Key[],
  refused: Readonly<Record<string, string>> = {},
  recorded: ReadonlyMap<string, string> = new Map(),
) {
  const asked: string[] = [];
  const server = await serve(({ headers }, _count, body) => {
    const operation = String(headers["x-amz-target"]).split(".").at(-1) ?? "";
    const { KeyId } = JSON.parse(body) as { KeyId?: string };
    const key = keys.find(({ id }) => id === KeyId);
    asked.push(operation);
    if (refused[operation] !== undefined) {
      return [400, { __type: refused[operation], message: "not allowed" }];
    }
    switch (operation) {
      case "ListAliases":
        return [
          200,
          {
            Aliases: keys.flatMap(({ id, alias }) =>
              alias === undefined ? [] : [{ AliasName: alias, TargetKeyId: id }],
            ),
          },
        ];
      case "ListKeys":
        return [200, { Keys: keys.map(({ id }) => ({ KeyId: id })) }];
      case "ListResourceTags":
        return [
          200,
          {
            Tags: Object.entries(key?.tags ?? {}).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
          },
        ];
      default:
        if (key === undefined) {
          return [400, { __type: "NotFoundException", message: "no such key" }];
        }
        return [200, { KeyMetadata: { KeyId, KeyState: key.state ?? "Enabled" } }];
    }
  });
  const environment = {
    AWS_ENDPOINT_URL: server.address,
    AWS_ACCESS_KEY_ID: "id",
    AWS_SECRET_ACCESS_KEY: "secret",
  };
  try {
    const { keys: adopted, problems } = await withEnvironment(environment, () =>
      standingKeys([acme, other], platform, recorded),
    );
    return { adopted: Object.fromEntries(adopted), problems: problems.map(({ message }) => message), asked };
  } finally {
    await server.close();
  }
}

describe("the key that a tenant has already", () => {
  it("is none in an empty account", async () => {
    const { adopted, problems } = await found([]);
    assert.deepEqual([adopted, problems], [{}, []]);
  });

  it("is the one behind its alias, and then nobody looks at all keys", async () => {
    const neighbours = { [labels.TENANT]: other.id, [labels.LIST]: other.list };
    const { adopted, asked } = await found([
      { id: "k-1", alias: ALIAS, tags: OURS },
      { id: "k-2", alias: names.keyAlias(other.id), tags: neighbours },
    ]);
    assert.deepEqual(adopted, {
      [acme.id]: { keyId: "k-1", alias: ALIAS },
      [other.id]: { keyId: "k-2", alias: names.keyAlias(other.id) },
    });
    assert.ok(!asked.includes("ListKeys"));
  });

  it("is not one to which the alias was moved", async () => {
    for (const tags of [{}, { ...OURS, [labels.TENANT]: other.id }, { ...OURS, [labels.LIST]: "other" }]) {
      const { adopted } = await found([{ id: "k-1", alias: ALIAS, tags }]);
      assert.deepEqual(adopted[acme.id], undefined);
    }
  });

  it("is not one to which the alias was moved while the key of the last run is alive", async () => {
    const moved = [{ id: "k-1", alias: ALIAS, tags: OURS }];
    const recorded = new Map([[acme.id, "k-0"]]);
    const both = await found([...moved, { id: "k-0", tags: OURS }], {}, recorded);
    assert.deepEqual(both.adopted, {});
    assert.match(
      both.problems.join(),
      /the KMS key of tenant acme is k-1 by its alias .* and the last run left it at k-0, which is alive/,
    );
    const gone = await found(moved, {}, recorded);
    assert.deepEqual([gone.adopted, gone.problems], [{}, []]);
    const same = await found(moved, {}, new Map([[acme.id, "k-1"]]));
    assert.deepEqual(same.adopted, { [acme.id]: { keyId: "k-1", alias: ALIAS } });
  });

  it("was recorded by the last run, if there was one", () => {
    const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/k-1";
    assert.deepEqual(recordedKeys({ acme: { id: acme.id, keyArn } }), new Map([[acme.id, "k-1"]]));
    assert.deepEqual(recordedKeys(undefined), new Map());
  });

  it("is the one with its tags, where nothing has its alias", async () => {
    const { adopted, problems } = await found([
      { id: "k-0", tags: {} },
      { id: "k-1", tags: OURS },
      { id: "k-2", alias: "alias/aws/ebs" },
    ]);
    assert.deepEqual([adopted, problems], [{ [acme.id]: { keyId: "k-1" } }, []]);
  });

  it("is the one with its tags, also where it has a name of somebody's", async () => {
    const { adopted } = await found([{ id: "k-1", alias: "alias/old-name", tags: OURS }]);
    assert.deepEqual(adopted, { [acme.id]: { keyId: "k-1" } });
  });

  it("is refused where there are two, with both", async () => {
    const { adopted, problems } = await found([
      { id: "k-1", tags: OURS },
      { id: "k-2", tags: OURS },
    ]);
    assert.deepEqual(adopted, {});
    assert.match(
      problems.join(),
      /tenant acme has 2 KMS keys without an alias: k-1 \(.*\), k-2 \(.*\); find out/,
    );
  });

  it("is refused where it is of another list", async () => {
    const { adopted, problems } = await found([{ id: "k-1", tags: { ...OURS, [labels.LIST]: "other" } }]);
    assert.deepEqual(adopted, {});
    assert.match(
      problems.join(),
      /is not of the list \S+: k-1 \(tenantry\.dev\/list=other\); it is not adopted/,
    );
  });

  it("is refused where it is being destroyed, unless another is alive", async () => {
    const dying: Key = { id: "k-1", tags: OURS, state: "PendingDeletion" };
    const { adopted, problems } = await found([dying]);
    assert.deepEqual(adopted, {});
    assert.match(problems.join(), /of tenant acme is destroyed soon, .*cancel-key-deletion --key-id k-1/);
    const both = await found([dying, { id: "k-2", tags: OURS }]);
    assert.deepEqual([both.adopted, both.problems], [{ [acme.id]: { keyId: "k-2" } }, []]);
  });

  it("is refused where it is disabled", async () => {
    const { problems } = await found([{ id: "k-1", tags: OURS, state: "Disabled" }]);
    assert.match(problems.join(), /of tenant acme is disabled/);
  });

  it("is not the account's own whose tags nobody may see", async () => {
    const { adopted, problems } = await found([{ id: "k-1" }], { ListResourceTags: "AccessDeniedException" });
    assert.deepEqual([adopted, problems], [{}, []]);
  });

  it("is looked for with rights that are named where they are missing", async () => {
    const { problems } = await found([], { ListKeys: "AccessDeniedException" });
    assert.deepEqual(problems, [
      "KMS does not show the tenants' keys: not allowed; check the credentials' right to kms:ListAliases, kms:ListKeys, kms:ListResourceTags, kms:DescribeKey",
    ]);
  });
});
