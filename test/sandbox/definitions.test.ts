import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEFINITIONS, DEFINITIONS_KEY, slimmed } from "../../sandbox/acquire/definitions";
import versions from "../../sandbox/versions.json";

describe("sandbox/acquire/definitions", () => {
  const sums = readFileSync(join(__dirname, "../../sandbox/tools/crds/go.sum"), "utf8").trim().split("\n");

  it("has the hashes of every module that it reads, and of no other", () => {
    const wanted = DEFINITIONS.flatMap(({ module, version }) => [
      `${module} v${version}`,
      `${module} v${version}/go.mod`,
    ]);
    const pinned = sums.map((line) => line.replace(/ h1:\S+$/, ""));
    assert.deepEqual(pinned.sort(), [...new Set(wanted)].sort());
  });

  it("takes Kyverno's and Gatekeeper's from the releases whose command lines are asked", () => {
    const of = (module: string) => DEFINITIONS.filter((one) => one.module === module);
    assert.deepEqual(
      [...new Set(of("github.com/kyverno/kyverno").map(({ version }) => version))],
      [versions.kyverno],
    );
    assert.deepEqual(
      of("github.com/open-policy-agent/gatekeeper/v3").map(({ version }) => version),
      [versions.gator],
    );
  });

  it("names no file twice", () => {
    const files = DEFINITIONS.flatMap(({ module, version, prefix, plurals }) =>
      plurals.map((plural) => `${module}@${version}/${prefix}${plural}.yaml`),
    );
    assert.deepEqual([...new Set(files)], files);
  });

  it("keeps what it reads in a folder of its own", () => {
    assert.match(DEFINITIONS_KEY, /^definitions-[0-9a-f]{12}$/);
  });

  it("drops versions that are not served, and prose, but no property that is called description", () => {
    const yaml = `
kind: CustomResourceDefinition
metadata: { name: things.example.org }
spec:
  group: example.org
  versions:
    - { name: v1beta1, served: false, storage: false }
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          description: A thing.
          properties:
            description: { type: string, description: Says what it is for., pattern: ^off$ }
`;
    assert.deepEqual(slimmed(yaml), {
      kind: "CustomResourceDefinition",
      metadata: { name: "things.example.org" },
      spec: {
        group: "example.org",
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { properties: { description: { type: "string", pattern: "^off$" } } },
            },
          },
        ],
      },
    });
  });
});
