import assert from "node:assert/strict";
import type { S3Client } from "@aws-sdk/client-s3";
import type { RunFailure } from "../../automation/outcome";
import { countObjects, deleteObjects } from "../../automation/leaving/shred-objects";

interface Version {
  readonly Key: string;
  readonly VersionId: string;
  readonly Size?: number;
  readonly IsLatest?: boolean;
}
interface Command {
  readonly constructor: { readonly name: string };
  readonly input: {
    readonly Prefix?: string;
    readonly KeyMarker?: string;
    readonly Delete?: { Objects: Version[] };
  };
}

const PLACE = { bucket: "backups", prefix: "tenants/1/" } as const;
const PAGE = 3;

/** A bucket in memory, three entries a page; marks of deletion have no size. */
function bucket(all: Version[], uploads: { Key: string; UploadId: string }[] = []) {
  const prefixes: (string | undefined)[] = [];
  let refused: string | undefined;
  let calls = 0;
  const list = ({ Prefix = "", KeyMarker }: Command["input"]) => {
    prefixes.push(Prefix);
    const below = all.filter(({ Key }) => Key.startsWith(Prefix));
    const from = KeyMarker === undefined ? 0 : Number(KeyMarker);
    const page = below.slice(from, from + PAGE);
    const more = from + PAGE < below.length;
    return {
      Versions: page.filter(({ Size }) => Size !== undefined),
      DeleteMarkers: page.filter(({ Size }) => Size === undefined),
      IsTruncated: more,
      ...(more && { NextKeyMarker: String(from + PAGE), NextVersionIdMarker: "v" }),
    };
  };
  const send = ({ constructor: { name }, input }: Command) => {
    calls++;
    switch (name) {
      case "ListObjectVersionsCommand":
        return Promise.resolve(list(input));
      case "DeleteObjectsCommand": {
        const gone = input.Delete?.Objects ?? [];
        const kept = gone.filter(({ Key }) => Key === refused);
        for (const { Key, VersionId } of gone.filter((one) => !kept.includes(one))) {
          const at = all.findIndex((one) => one.Key === Key && one.VersionId === VersionId);
          all.splice(at, 1);
        }
        return Promise.resolve({
          Errors: kept.map(({ Key }) => ({ Key, Code: "AccessDenied", Message: "not you" })),
        });
      }
      case "ListMultipartUploadsCommand":
        return Promise.resolve({ Uploads: [...uploads] });
      default:
        uploads.shift();
        return Promise.resolve({});
    }
  };
  return {
    client: { send } as unknown as S3Client,
    all,
    uploads,
    prefixes,
    refuse: (key: string) => (refused = key),
    calls: () => calls,
  };
}

const objects = (count: number, prefix = "tenants/1/"): Version[] =>
  Array.from({ length: count }, (_, index) => ({
    Key: `${prefix}${index}`,
    VersionId: "1",
    Size: 10,
    IsLatest: index % 2 === 0,
  }));

describe("the objects below a tenant's prefix (R68, R90)", () => {
  it("are counted over all pages, versions apart from objects, and marks of deletion not at all", async () => {
    const { client } = bucket([...objects(8), { Key: "tenants/1/gone", VersionId: "2" }]);
    assert.deepEqual(await countObjects(client, PLACE), { objects: 4, versions: 8, bytes: 80 });
  });

  it("are deleted in every version, with marks of deletion and unfinished uploads", async () => {
    const marks = [{ Key: "tenants/1/gone", VersionId: "2" }];
    const store = bucket([...objects(8), ...marks], [{ Key: "tenants/1/part", UploadId: "u" }]);
    const told: number[] = [];
    assert.equal(await deleteObjects(store.client, PLACE, (deleted) => told.push(deleted)), 9);
    assert.deepEqual([store.all, store.uploads], [[], []]);
    assert.deepEqual(told, [3, 6, 9]);
  });

  it("are the tenant's alone: another prefix that begins alike stays", async () => {
    const store = bucket([...objects(2), ...objects(2, "tenants/12/")]);
    await deleteObjects(store.client, PLACE, () => undefined);
    assert.deepEqual(
      store.all.map(({ Key }) => Key),
      ["tenants/12/0", "tenants/12/1"],
    );
    assert.ok(store.prefixes.every((prefix) => prefix === "tenants/1/"));
  });

  it("name what S3 refuses to delete", async () => {
    const store = bucket(objects(2));
    store.refuse("tenants/1/1");
    await assert.rejects(
      deleteObjects(store.client, PLACE, () => undefined),
      (error: RunFailure) => {
        assert.equal(error.kind, "resource");
        assert.match(
          error.message,
          /S3 refuses to delete 1 objects, the first tenants\/1\/1 \(AccessDenied: not you\)/,
        );
        return true;
      },
    );
  });

  it("go on being deleted where the last run was ended", async () => {
    const store = bucket(objects(8));
    const ending = new AbortController();
    await assert.rejects(
      deleteObjects(store.client, PLACE, () => ending.abort(), ending.signal),
      /abort/i,
    );
    assert.equal(store.all.length, 5);
    assert.equal(await deleteObjects(store.client, PLACE, () => undefined), 5);
    assert.deepEqual(store.all, []);
  });
});
