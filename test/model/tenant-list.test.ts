/** A folder of tenant files: what belongs there, what files say of each other and of the cluster. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { readTenantList } from "../../model/read";
import { IDS, ListFolder, tenant } from "./folder";

describe("a tenant list", () => {
  const list = new ListFolder();
  const put = list.put.bind(list);

  it("is read in the order of file names, whatever the folder's order", () => {
    put("b.yaml", tenant("b", IDS[1]));
    put("a.yaml", tenant("a"));
    const read = list.read();
    assert.deepEqual(
      read.tenants.map(({ name, list: of }) => [name, of]),
      [
        ["a", "test"],
        ["b", "test"],
      ],
    );
    assert.equal(read.name, "test");
  });

  it("reports the faults of all files together", () => {
    put("a.yaml", tenant("a", IDS[0], "quota: { cpu: 8x, memory: 1gi }"));
    put("b.yaml", "");
    put("c.yaml", tenant("c", IDS[1]));
    assert.deepEqual(list.faults(), [
      'test/a.yaml:4:15: quota.cpu: "8x" is not a quantity; write 8 or 500m',
      'test/a.yaml:4:27: quota.memory: "1gi" is not a quantity; write 16Gi or 512Mi',
      "test/b.yaml:1:1: holds no tenant; start from tenants/template.yaml",
    ]);
  });

  it("D74 refuses .yml and what is no tenant's", () => {
    put("acme.yml", tenant("acme"));
    put("acme.yaml", tenant("acme"));
    put("notes.txt");
    put("acme.yaml.bak");
    fs.mkdirSync(path.join(list.directory, "old"));
    const stranger = "is no tenant file; name tenant files <name>.yaml and keep everything else elsewhere";
    assert.deepEqual(list.faults(), [
      `test/acme.yaml.bak:1:1: ${stranger}`,
      "test/acme.yml:1:1: ends in .yml; rename it to .yaml",
      `test/notes.txt:1:1: ${stranger}`,
      "test/old:1:1: is a folder; a list holds tenant files only",
    ]);
  });

  it("D74 ignores what editors and Git leave behind", () => {
    for (const file of [
      ".acme.yaml.swp",
      "acme.yaml~",
      "#acme.yaml#",
      ".#acme.yaml",
      ".DS_Store",
      ".gitkeep",
    ]) {
      put(file, "{{{");
    }
    put("acme.yaml", tenant("acme"));
    assert.deepEqual(list.names(), ["acme"]);
  });

  it("D73 refuses folders, links to nothing and pipes without waiting for them", function () {
    fs.mkdirSync(path.join(list.directory, "folder.yaml"));
    fs.symlinkSync("nowhere", path.join(list.directory, "link.yaml"));
    const expected = [
      "test/folder.yaml:1:1: is no plain file; write the tenant into one",
      "test/link.yaml:1:1: is a link to nothing, or went away while it was read",
    ];
    if (process.platform !== "win32") {
      execFileSync("mkfifo", [path.join(list.directory, "pipe.yaml")]);
      expected.push("test/pipe.yaml:1:1: is no plain file; write the tenant into one");
    }
    assert.deepEqual(list.faults(), expected);
  });

  it("D73 refuses a link to itself beside every other fault", () => {
    fs.symlinkSync("loop.yaml", path.join(list.directory, "loop.yaml"));
    fs.symlinkSync("loop", path.join(list.directory, "loop"));
    put("acme.yml");
    assert.deepEqual(list.faults(), [
      "test/acme.yml:1:1: ends in .yml; rename it to .yaml",
      "test/loop:1:1: is no tenant file; name tenant files <name>.yaml and keep everything else elsewhere",
      "test/loop.yaml:1:1: cannot be read: ELOOP",
    ]);
  });

  it("D68 refuses a file by its size, before it is read", () => {
    put("acme.yaml");
    fs.truncateSync(path.join(list.directory, "acme.yaml"), 4 * 1024 ** 3);
    assert.deepEqual(list.faults(), [
      "test/acme.yaml:1:1: is larger than 128 KiB, which no tenant needs; is it the right file?",
    ]);
  });

  it("D73 names a file that may not be read", function () {
    put("acme.yaml", tenant("acme"));
    fs.chmodSync(path.join(list.directory, "acme.yaml"), 0);
    if (process.getuid?.() === 0) {
      this.skip(); // root reads everything
    }
    assert.deepEqual(list.faults(), ["test/acme.yaml:1:1: cannot be read: EACCES"]);
  });

  it("refuses an empty folder, which would remove every tenant, unless .gitkeep says so", () => {
    assert.deepEqual(list.faults(), [
      "test:1:1: holds no tenant file, which would remove every tenant; if that is meant, put an empty file .gitkeep there",
    ]);
    put(".gitkeep");
    assert.deepEqual(list.names(), []);
  });

  it("names the lists there are where one is missing", () => {
    fs.mkdirSync(path.join(list.root, "prod"));
    fs.mkdirSync(path.join(list.root, "e\u001b[31mu"));
    const other = (...names: string[]) =>
      list.faults(() => readTenantList(path.join(list.root, ...names), "x"));
    assert.deepEqual(other("tset"), ["tset:1:1: is no folder; the lists are e\\u001b[31mu, prod, test"]);
    assert.deepEqual(other("no", "tset"), ["no/tset:1:1: is no folder; make it and put a tenant file there"]);
    put("file");
    assert.deepEqual(other("test", "file"), [
      "test/file:1:1: is no folder; make it and put a tenant file there",
    ]);
  });

  it("names no more lists than help", () => {
    for (let index = 10; index < 34; index++) {
      fs.mkdirSync(path.join(list.root, `l${index}`));
    }
    const [fault = ""] = list.faults(() => readTenantList(path.join(list.root, "x"), "x"));
    assert.match(fault, /: is no folder; the lists are l10, .*, l29, and 5 more$/);
  });

  it("tells a folder that it may not read from one that is not there", () => {
    fs.symlinkSync("loop", path.join(list.root, "loop"));
    assert.deepEqual(
      list.faults(() => readTenantList(path.join(list.root, "loop"), "loop")),
      ["loop:1:1: cannot be read: ELOOP"],
    );
  });

  it("refuses a list whose name is no label value", () => {
    put("acme.yaml", tenant("acme"));
    for (const name of ["", "-prod", "prod/eu", "x".repeat(64)]) {
      assert.match(
        list.faults(() => readTenantList(list.directory, name))[0] ?? "",
        /: is named ".*; a list's name is a label value: /,
      );
    }
    assert.equal(readTenantList(list.directory, "x".repeat(63)).tenants.length, 1);
  });

  it("D75 D16 refuses a file whose name is not the tenant's", () => {
    put("Acme.yaml", tenant("acme"));
    assert.deepEqual(list.faults(), [
      'test/Acme.yaml:1:7: name: "acme" is not the file\'s name; rename the file to acme.yaml or the tenant to Acme',
    ]);
  });

  it("D77 writes out what a file's name would do to a terminal", () => {
    put("e\u001b[31m\u202evil.yaml", tenant("acme"));
    assert.deepEqual(list.faults(), [
      'test/e\\u001b[31m\\u202evil.yaml:1:7: name: "acme" is not the file\'s name; rename the file to acme.yaml or the tenant to e\\u001b[31m\\u202evil',
    ]);
  });

  it("D76 refuses 4,001 files at once, and reads 4,000", () => {
    const id = (index: number) => `5f0c1d3e-8a4b-4c6d-9e2f-${index.toString(16).padStart(12, "0")}`;
    for (let index = 0; index < 4000; index++) {
      put(`t${index}.yaml`, tenant(`t${index}`, id(index)));
    }
    assert.equal(list.read().tenants.length, 4000);
    put("t4000.yaml");
    const begin = performance.now();
    assert.deepEqual(list.faults(), [
      "test:1:1: holds 4001 files; a list holds at most 4000 tenants: put the rest into another list, on another cluster",
    ]);
    assert.ok(performance.now() - begin < 500);
  });
});
