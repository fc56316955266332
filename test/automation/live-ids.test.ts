import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { awsTypes } from "../../automation/drift/aws";
import { vaultTypes } from "../../automation/drift/vault";
import { isFindable, liveId, REPEATABLE, TAKEN_BY_HAND, type Place } from "../../automation/engine/live-ids";
import { platform } from "../components/fixtures";

const GOLDEN = path.join(__dirname, "..", "components", "golden");
/** Nothing that is asked here leaves this process. */
const PLACE: Place = { platform, aws: {} as Place["aws"] };

/** Every type that a program declares, by the golden files of the graph ring. */
function declaredTypes(): string[] {
  const lines = fs
    .readdirSync(GOLDEN)
    .flatMap((file) => fs.readFileSync(path.join(GOLDEN, file), "utf8").split("\n"));
  const types = lines.flatMap((line) => /^\s*((?:kubernetes|aws|vault):\S+)/.exec(line)?.[1] ?? []);
  return [...new Set(types)].sort();
}

describe("what a killed run made", () => {
  it("is found, or made again without harm, whatever its type", () => {
    const types = declaredTypes();
    assert.ok(types.length > 30, types.join());
    const known = [...REPEATABLE, ...TAKEN_BY_HAND];
    assert.deepEqual(
      types.filter((type) => !isFindable(type) && !known.includes(type)),
      [],
    );
  });

  it("is never both", () => {
    assert.deepEqual([...REPEATABLE, ...TAKEN_BY_HAND].filter(isFindable), []);
  });

  it("can be looked at where it is to be found: an id alone says nothing of whose it is", () => {
    const seen = [...awsTypes, ...vaultTypes];
    const unseen = declaredTypes().filter(
      (type) => isFindable(type) && !type.startsWith("kubernetes:") && !seen.includes(type),
    );
    assert.deepEqual(unseen, []);
  });

  for (const [type, declared, id] of [
    ["kubernetes:core/v1:Namespace", { metadata: { name: "tenant-acme" } }, "tenant-acme"],
    [
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
      { metadata: { name: "tenant-admin", namespace: "tenant-acme" } },
      "tenant-acme/tenant-admin",
    ],
    ["aws:iam/role:Role", { name: "tenantry-x" }, "tenantry-x"],
    ["aws:kms/alias:Alias", { name: "alias/tenantry/x" }, "alias/tenantry/x"],
    ["vault:index/mount:Mount", { path: "kv" }, "kv"],
    [
      "vault:appRole/authBackendRole:AuthBackendRole",
      { backend: "approle", roleName: "reader", namespace: "x" },
      "auth/approle/role/reader",
    ],
    ["aws:kms/key:Key", { description: "whose id AWS makes up" }, undefined],
  ] as const) {
    it(`has the id of its provider: ${type}`, async () => {
      assert.equal(await liveId(type, declared, PLACE), id);
    });
  }
});
