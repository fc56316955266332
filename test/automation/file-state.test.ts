import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { dropEmptyAttributes, isCutShort } from "../../automation/engine/file-state";

describe("state in a folder", () => {
  let directory: string;
  const file = (...names: string[]) => path.join(directory, "state", ".pulumi", ...names);

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-state-"));
    fs.mkdirSync(file("stacks"), { recursive: true });
    fs.writeFileSync(file("stacks", "prod.json"), "");
    fs.writeFileSync(file("stacks", "prod.json.attrs"), "");
    fs.writeFileSync(file("stacks", "dev.json.attrs"), "{}");
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  for (const url of ["file://./state", "file://./state?no_tmp_dir=true", "absolute"]) {
    it(`loses attributes that hold nothing, and nothing else (${url})`, () => {
      const backend = url === "absolute" ? `file://${path.join(directory, "state")}` : url;
      assert.deepEqual(dropEmptyAttributes(backend, directory), [file("stacks", "prod.json.attrs")]);
      assert.deepEqual(fs.readdirSync(file("stacks")).sort(), ["dev.json.attrs", "prod.json"]);
      assert.deepEqual(dropEmptyAttributes(backend, directory), []);
    });
  }

  it("is left alone where it lies elsewhere, or nowhere", () => {
    assert.deepEqual(dropEmptyAttributes("s3://state", directory), []);
    assert.deepEqual(dropEmptyAttributes("file:///nowhere/at/all", directory), []);
    assert.ok(fs.existsSync(file("stacks", "prod.json.attrs")));
  });

  it("is known by what the engine says of it", () => {
    assert.ok(isCutShort(new Error("error: failed to load checkpoint: EOF")));
    assert.ok(!isCutShort(new Error("error: no stack named prod found")));
  });
});
