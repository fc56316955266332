/** A folder of tenant files: what belongs there, what files say of each other and of the cluster. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InputFaults } from "../../model/fault";
import { checkAgainstPlatform, readTenantList, type TenantList } from "../../model/read";
import { platform } from "../components/fixtures";
import { tenantText } from "./minimum";

const IDS = ["5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f", "0d9c8b7a-6f5e-4d3c-8b2a-190817263544"] as const;

/** A tenant of a name and one of the ids. */
const tenant = (name: string, id: string = IDS[0], field = "") =>
  tenantText(field).replace("acme", name).replace(IDS[0], id);

describe("a tenant list", () => {
  let root: string;
  let directory: string;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-list-"));
    directory = path.join(root, "test");
    fs.mkdirSync(directory);
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  const put = (file: string, text = "") => fs.writeFileSync(path.join(directory, file), text);
  const read = (): TenantList => readTenantList(directory, "test");
  const faultsOf = (act: () => unknown): string[] => {
    try {
      act();
    } catch (error) {
      assert.ok(error instanceof InputFaults, String(error));
      return error.message.replaceAll(`${root}${path.sep}`, "").split("\n").slice(0, -1);
    }
    return assert.fail("accepted");
  };
  const names = () => read().tenants.map(({ name }) => name);

  it("is read in the order of file names, whatever the folder's order", () => {
    put("b.yaml", tenant("b", IDS[1]));
    put("a.yaml", tenant("a"));
    const list = read();
    assert.deepEqual(
      list.tenants.map(({ name, list: of }) => [name, of]),
      [
        ["a", "test"],
        ["b", "test"],
      ],
    );
    assert.equal(list.name, "test");
  });

  it("reports the faults of all files together", () => {
    put("a.yaml", tenant("a", IDS[0], "quota: { cpu: 8x, memory: 1gi }"));
    put("b.yaml", "");
    put("c.yaml", tenant("c", IDS[1]));
    assert.deepEqual(faultsOf(read), [
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
    fs.mkdirSync(path.join(directory, "old"));
    const stranger = "is no tenant file; name tenant files <name>.yaml and keep everything else elsewhere";
    assert.deepEqual(faultsOf(read), [
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
    assert.deepEqual(names(), ["acme"]);
  });

  it("D73 refuses folders, links to nothing and pipes without waiting for them", function () {
    fs.mkdirSync(path.join(directory, "folder.yaml"));
    fs.symlinkSync("nowhere", path.join(directory, "link.yaml"));
    const expected = [
      "test/folder.yaml:1:1: is no plain file; write the tenant into one",
      "test/link.yaml:1:1: is a link to nothing, or went away while it was read",
    ];
    if (process.platform !== "win32") {
      execFileSync("mkfifo", [path.join(directory, "pipe.yaml")]);
      expected.push("test/pipe.yaml:1:1: is no plain file; write the tenant into one");
    }
    assert.deepEqual(faultsOf(read), expected);
  });

  it("D73 refuses a link to itself beside every other fault", () => {
    fs.symlinkSync("loop.yaml", path.join(directory, "loop.yaml"));
    fs.symlinkSync("loop", path.join(directory, "loop"));
    put("acme.yml");
    assert.deepEqual(faultsOf(read), [
      "test/acme.yml:1:1: ends in .yml; rename it to .yaml",
      "test/loop:1:1: is no tenant file; name tenant files <name>.yaml and keep everything else elsewhere",
      "test/loop.yaml:1:1: cannot be read: ELOOP",
    ]);
  });

  it("D68 refuses a file by its size, before it is read", () => {
    put("acme.yaml");
    fs.truncateSync(path.join(directory, "acme.yaml"), 4 * 1024 ** 3);
    assert.deepEqual(faultsOf(read), [
      "test/acme.yaml:1:1: is larger than 128 KiB, which no tenant needs; is it the right file?",
    ]);
  });

  it("D05 refuses a tenant whose namespace is the platform's own", () => {
    put("acme.yaml", tenant("acme"));
    const cluster = { ...platform.cluster, observabilityNamespace: "tenant-acme" };
    assert.deepEqual(
      faultsOf(() => checkAgainstPlatform(read(), { ...platform, cluster })),
      [
        'test/acme.yaml:1:7: name: "acme" makes the namespace tenant-acme, which is the platform\'s own; choose another name',
      ],
    );
    checkAgainstPlatform(read(), platform);
  });

  it("D73 names a file that may not be read", function () {
    put("acme.yaml", tenant("acme"));
    fs.chmodSync(path.join(directory, "acme.yaml"), 0);
    if (process.getuid?.() === 0) {
      this.skip(); // root reads everything
    }
    assert.deepEqual(faultsOf(read), ["test/acme.yaml:1:1: cannot be read: EACCES"]);
  });

  it("refuses an empty folder, which would remove every tenant, unless .gitkeep says so", () => {
    assert.deepEqual(faultsOf(read), [
      "test:1:1: holds no tenant file, which would remove every tenant; if that is meant, put an empty file .gitkeep there",
    ]);
    put(".gitkeep");
    assert.deepEqual(names(), []);
  });

  it("names the lists there are where one is missing", () => {
    fs.mkdirSync(path.join(root, "prod"));
    assert.deepEqual(
      faultsOf(() => readTenantList(path.join(root, "tset"), "tset")),
      ["tset:1:1: is no folder that can be read; the lists are prod, test"],
    );
    assert.deepEqual(
      faultsOf(() => readTenantList(path.join(root, "no", "tset"), "tset")),
      ["no/tset:1:1: is no folder that can be read; make it and put a tenant file there"],
    );
  });

  it("refuses a list whose name is no label value", () => {
    put("acme.yaml", tenant("acme"));
    for (const name of ["", "-prod", "prod/eu", "x".repeat(64)]) {
      assert.match(
        faultsOf(() => readTenantList(directory, name))[0] ?? "",
        /: is named ".*; a list's name is a label value: /,
      );
    }
    assert.equal(readTenantList(directory, "x".repeat(63)).tenants.length, 1);
  });

  it("D13 names both files of one id", () => {
    put("a.yaml", tenant("a"));
    put("b.yaml", tenant("b"));
    assert.deepEqual(faultsOf(read), [
      `test/b.yaml:2:5: id: "${IDS[0]}" is the id of tenant a too (test/a.yaml); make one with \`uuidgen -r\``.replace(
        "test/a.yaml",
        path.join(directory, "a.yaml").slice(root.length + 1),
      ),
    ]);
    put("b.yaml", tenant("b", IDS[1]));
    assert.deepEqual(names(), ["a", "b"]);
  });

  it("D19 refuses the group of another tenant, and lets one tenant use a group in two roles", () => {
    put("a.yaml", tenant("a", IDS[0], "access: { admin: { groups: [admins] }, dev: { groups: [admins] } }"));
    put("b.yaml", tenant("b", IDS[1], "access: { view: { groups: [others, admins] } }"));
    assert.deepEqual(faultsOf(read), [
      'test/b.yaml:4:36: access.view.groups[1]: "admins" belongs to tenant a (test/a.yaml); a group belongs to one tenant',
    ]);
    put("b.yaml", tenant("b", IDS[1], "access: { view: { groups: [others], users: [admins] } }"));
    assert.deepEqual(names(), ["a", "b"]);
  });

  it("D18 lets a person work for two tenants", () => {
    for (const [index, name] of ["a", "b"].entries()) {
      put(`${name}.yaml`, tenant(name, IDS[index], "access: { dev: { users: [carol] } }"));
    }
    assert.deepEqual(names(), ["a", "b"]);
  });

  it("D75 D16 refuses a file whose name is not the tenant's", () => {
    put("Acme.yaml", tenant("acme"));
    assert.deepEqual(faultsOf(read), [
      'test/Acme.yaml:1:7: name: "acme" is not the file\'s name; rename the file to acme.yaml or the tenant to Acme',
    ]);
  });

  it("D76 refuses 4,001 files at once, and reads 4,000", () => {
    const id = (index: number) => `5f0c1d3e-8a4b-4c6d-9e2f-${index.toString(16).padStart(12, "0")}`;
    for (let index = 0; index < 4000; index++) {
      put(`t${index}.yaml`, tenant(`t${index}`, id(index)));
    }
    assert.equal(read().tenants.length, 4000);
    put("t4000.yaml");
    const begin = performance.now();
    assert.deepEqual(faultsOf(read), [
      "test:1:1: holds 4001 files; a list holds at most 4000 tenants: put the rest into another list, on another cluster",
    ]);
    assert.ok(performance.now() - begin < 500);
  });

  describe("held against its cluster", () => {
    const check = (cidr: string) => {
      put(
        "acme.yaml",
        tenant("acme", IDS[0], `network: { egress: [{ cidr: ${cidr}, ports: [{ port: 443 }] }] }`),
      );
      checkAgainstPlatform(read(), {
        ...platform,
        cluster: { ...platform.cluster, reservedCidrs: ["10.0.0.0/16", "2001:db8::/56"] },
      });
    };

    for (const [cidr, reserved] of [
      ["10.0.0.0/16", "10.0.0.0/16"],
      ["10.0.3.0/24", "10.0.0.0/16"],
      ["10.0.0.0/8", "10.0.0.0/16"],
      ["10.0.0.1/32", "10.0.0.0/16"],
      ['"2001:db8::/32"', "2001:db8::/56"],
    ] as const) {
      it(`D40 refuses ${cidr}`, () => {
        assert.deepEqual(
          faultsOf(() => check(cidr)),
          [
            `test/acme.yaml:4:29: network.egress[0].cidr: "${cidr.replaceAll('"', "")}" reaches into ${reserved}, the cluster's own network; list only networks outside the cluster`,
          ],
        );
      });
    }

    it("accepts the networks beside", () => {
      check("10.1.0.0/16");
      check('"2001:db8:0:100::/56"');
    });
  });
});
