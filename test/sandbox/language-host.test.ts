import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";
import { runtimeOptions, words } from "../../sandbox/plugins/nodejs/options";
import { directDependencies, installedPackages } from "../../sandbox/plugins/nodejs/packages";

describe("sandbox/plugins/nodejs", () => {
  const info = (options: Record<string, null | number | string | boolean>): ProgramInfo =>
    new ProgramInfo().setOptions(Struct.fromJavaScript(options));

  it("reads the runtime's options, and lets the SDK compile unless told otherwise", () => {
    assert.deepEqual(
      runtimeOptions(info({ typescript: false, nodeargs: "--import tsx --stack-trace-limit=0" })),
      {
        typescript: false,
        tsconfig: undefined,
        nodeargs: ["--import", "tsx", "--stack-trace-limit=0"],
        packagemanager: "npm",
      },
    );
    assert.equal(runtimeOptions(undefined).typescript, true);
  });

  it("refuses an option of the wrong type by its name", () => {
    assert.throws(
      () => runtimeOptions(info({ typescript: "no" })),
      /^Error: typescript option must be a boolean$/,
    );
    assert.throws(() => runtimeOptions(info({ nodeargs: 1 })), /^Error: nodeargs option must be a string$/);
  });

  it("splits arguments as a shell does", () => {
    assert.deepEqual(words(`  -r 'a b' --x="c \\"d\\" 'e'" f\\ g h''`), [
      "-r",
      "a b",
      `--x=c "d" 'e'`,
      "f g",
      "h",
    ]);
    assert.deepEqual(words(""), []);
  });

  describe("packages", () => {
    let root: string;
    before(() => {
      root = mkdtempSync(join(tmpdir(), "tenantry-packages-"));
    });
    after(() => rmSync(root, { recursive: true }));

    const put = (path: string, manifest: unknown): void => {
      const file = join(root, path, "package.json");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(manifest));
    };

    it("finds the plugins of SDKs, by their own names and versions", () => {
      put("node_modules/@pulumi/aws", { name: "@pulumi/aws", version: "7.0.0", pulumi: { resource: true } });
      put("node_modules/third", {
        name: "third",
        version: "1.0.0",
        pulumi: { resource: true, name: "fancy", version: "v2.0.0", server: "https://plugins.example" },
      });
      put("node_modules/plain", { name: "plain", version: "3.0.0" });
      put("linked", { name: "linked", version: "4.0.0", pulumi: { resource: true } });
      symlinkSync(join(root, "linked"), join(root, "node_modules", "linked"));
      put("program", { dependencies: { plain: "^3" }, devDependencies: { absent: "1" } });
      put("program/node_modules/third", { name: "third", version: "1.5.0" });

      const plugins = installedPackages(root).flatMap(({ plugin }) => plugin ?? []);
      assert.deepEqual(plugins, [
        { name: "aws", version: "v7.0.0", server: undefined },
        { name: "linked", version: "v4.0.0", server: undefined },
        { name: "fancy", version: "v2.0.0", server: "https://plugins.example" },
      ]);
    });

    it("prefers the nearest of two versions, and tells what a program names itself", () => {
      const program = join(root, "program");
      const third = installedPackages(program).filter(({ name }) => name === "third");
      assert.deepEqual(third, [{ name: "third", version: "1.5.0", plugin: undefined }]);
      assert.deepEqual(
        directDependencies(program).map(({ name, version }) => `${name}@${version}`),
        ["plain@3.0.0"],
      );
    });
  });
});
