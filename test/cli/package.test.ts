/** What `npm pack` takes along: all that the command and the program need, and nothing that is this repository's own. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const ROOT = path.join(__dirname, "..", "..");

describe("the package", () => {
  let files: string[];

  before(function () {
    this.timeout(60_000);
    const [packed] = JSON.parse(
      execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
        cwd: ROOT,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as { files: { path: string }[] }[];
    files = (packed?.files ?? []).map((file) => file.path);
  });

  it("holds every room that runs, the template, the schema and the licence", () => {
    for (const file of [
      ...["LICENSE", "index.ts", "cli/tenantry.cjs", "automation/index.ts", "policy/index.cjs"],
      ...["policy/PulumiPolicy.yaml", "tenants/template.yaml", "tenants/tenant.schema.json"],
    ]) {
      assert.ok(files.includes(file), `${file} is left out`);
    }
  });

  it("holds whatever its own files import", () => {
    const missing = files
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) =>
        [
          ...fs.readFileSync(path.join(ROOT, file), "utf8").matchAll(/(?:from |load\()"(\.{1,2}\/[^"]+)"/g),
        ].map(([, relative = ""]) => path.join(path.dirname(file), relative)),
      )
      .filter((needed) => !files.some((file) => [needed, `${needed}.ts`].includes(file)));
    assert.deepEqual(missing, []);
  });

  it("holds no project: its policy pack would judge that one in place of the user's", () => {
    const own = /^(Pulumi\.yaml|stacks\/|tenants\/[^/]+\/|test\/|sandbox\/|bench\/|audit\/|out\/)/;
    assert.deepEqual(
      files.filter((file) => own.test(file)),
      [],
    );
  });
});
