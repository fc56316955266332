import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { initProject, type InitOptions } from "../../automation/init";
import { RunFailure } from "../../automation/outcome";
import { listTenants } from "../../automation/show";
import { readPlatform } from "../../model/platform";

const platform = {
  cluster: "blue",
  reservedCidrs: ["10.0.0.0/8"],
  serviceAccountIssuer: "https://oidc.example.com/id/BLUE",
  accountId: "123456789012",
  region: "eu-central-1",
  backupBucket: "blue-backups",
  ebsCsiRole: "ebs-csi",
};

/** Every file below a folder, with its bytes and mode. */
function contents(folder: string): Record<string, string> {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files
      .filter((file) => file.isFile())
      .map((file) => path.join(file.parentPath, file.name))
      .map((file) => [
        path.relative(folder, file),
        `${(fs.statSync(file).mode & 0o777).toString(8)} ${fs.readFileSync(file, "utf8")}`,
      ]),
  );
}

describe("a new project", () => {
  let directory: string;
  const init = (more: Partial<InitOptions> = {}) =>
    initProject({ directory, list: "prod", platform, ...more });
  const refusal = (more: Partial<InitOptions>) => {
    try {
      init(more);
    } catch (error) {
      assert.ok(error instanceof RunFailure);
      return error;
    }
    assert.fail("it was not refused");
  };

  beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-init-"))));
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  it("has settings that the platform's program takes, and a list without tenants", () => {
    init();
    const { config } = parse(
      fs.readFileSync(path.join(directory, "stacks", "Pulumi.platform.yaml"), "utf8"),
    ) as { config: Record<string, unknown> };
    assert.equal(readPlatform(config["tenantry:platform"]).cluster.name, "blue");
    assert.deepEqual(listTenants({ directory, stack: "prod" }), []);
  });

  it("keeps state and passphrase out of Git, the passphrase from others, and makes each its own", () => {
    init();
    const ignored = fs.readFileSync(path.join(directory, ".gitignore"), "utf8").split("\n");
    for (const name of ["out/", "state/", ".passphrase"]) {
      assert.ok(ignored.includes(name), name);
    }
    const { ".passphrase": first = "" } = contents(directory);
    assert.match(first, /^600 \S{43}\n$/);
    fs.rmSync(directory, { recursive: true });
    init();
    assert.notEqual(contents(directory)[".passphrase"], first);
  });

  it("needs neither where the state lies elsewhere", () => {
    init({ backend: "s3://states?region=eu-central-1" });
    assert.ok(!(".passphrase" in contents(directory)));
    const { backend } = parse(fs.readFileSync(path.join(directory, "Pulumi.yaml"), "utf8")) as {
      backend: { url: string };
    };
    assert.equal(backend.url, "s3://states?region=eu-central-1");
  });

  it("is left as it is by a second run, also when people have changed it", () => {
    init();
    fs.appendFileSync(path.join(directory, "stacks", "Pulumi.prod.yaml"), "encryptionsalt: v1:x\n");
    fs.writeFileSync(path.join(directory, "README.md"), "ours\n");
    const before = contents(directory);
    assert.deepEqual(init().files, []);
    assert.deepEqual(contents(directory), before);
  });

  it("is completed where it was interrupted, under the passphrase that is there", () => {
    init();
    const before = contents(directory);
    for (const name of ["stacks/Pulumi.platform.yaml", "README.md"]) {
      fs.rmSync(path.join(directory, name));
    }
    assert.deepEqual([...init().files].sort(), ["README.md", path.join("stacks", "Pulumi.platform.yaml")]);
    assert.deepEqual(contents(directory), before);
  });

  it("takes a further list, and asks nothing about the platform again", () => {
    init();
    const { files } = init({ list: "dev", platform: undefined });
    assert.deepEqual(files, [
      path.join("stacks", "Pulumi.dev.yaml"),
      path.join("tenants", "dev", ".gitkeep"),
    ]);
  });

  it("is not written over what is there: every clash at once", () => {
    fs.writeFileSync(path.join(directory, "package.json"), "{}\n");
    fs.writeFileSync(path.join(directory, "index.ts"), "mine\n");
    const before = contents(directory);
    const { kind, message } = refusal({});
    assert.equal(kind, "badInput");
    assert.match(message, /package\.json, .*index\.ts is there already and says something else/);
    assert.deepEqual(contents(directory), before);
  });

  it("is refused with every fault at once, and leaves nothing", () => {
    const { exitCode, message } = refusal({
      list: "platform",
      backend: "somewhere",
      platform: { ...platform, accountId: "12", reservedCidrs: ["10.0.0.0"] },
    });
    assert.equal(exitCode, 2);
    for (const path of ["list", "backend", "aws.accountId", "cluster.reservedCidrs.0"]) {
      assert.match(message, new RegExp(`^${path}: `, "m"));
    }
    assert.deepEqual(contents(directory), {});
  });

  it("is only told of in a dry run", () => {
    assert.ok(init({ dryRun: true }).files.includes("Pulumi.yaml"));
    assert.deepEqual(contents(directory), {});
  });
});
