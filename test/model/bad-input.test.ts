/** Bad input: every case of `bad-input.txt` gets exactly its sentence, and its legal neighbours are accepted. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { accepted, judge, tenantText } from "./minimum";

interface Case {
  readonly title: string;
  readonly field: string;
  readonly faults: readonly string[];
}

interface Group {
  readonly title: string;
  readonly legal: readonly string[];
  readonly refused: readonly Case[];
}

const groups = fs
  .readFileSync(path.join(__dirname, "bad-input.txt"), "utf8")
  .split(/^# /m)
  .slice(1)
  .map(readGroup);

function readGroup(text: string): Group {
  const [title = "", ...lines] = text.split("\n");
  const legal = lines.filter((line) => line.startsWith("ok ")).map((line) => line.slice("ok ".length));
  const refused = lines
    .filter((line) => !line.startsWith("ok "))
    .join("\n")
    .split(/\n\n+/)
    .filter((block) => block.trim() !== "")
    .map((block): Case => {
      const [name = "", field = "", ...faults] = block.trim().split(/\n +/);
      assert.match(name, /^[DR][0-9]+ \S/, `no number: ${block}`);
      assert.notEqual(faults.length, 0, `no sentence: ${block}`);
      return { title: name, field, faults };
    });
  return { title, legal, refused };
}

/** A tenant whose name is legal lies in the file of that name; any other in acme's. */
function fileOf(field: string): string {
  return `tenants/test/${/^name: ([a-z0-9-]+)$/.exec(field)?.[1] ?? "acme"}.yaml`;
}

describe("bad input", () => {
  it("has at least 150 cases, and legal neighbours in each group", () => {
    assert.ok(groups.flatMap(({ refused }) => refused).length >= 150);
    for (const { title, legal, refused } of groups) {
      assert.ok(legal.length > 0 && refused.length > 0, title);
    }
  });

  for (const { title, legal, refused } of groups) {
    describe(title, () => {
      for (const field of legal) {
        it(`accepts ${field}`, () => {
          assert.match(accepted(tenantText(field), fileOf(field)).id, /^[0-9a-f-]{36}$/);
        });
      }
      for (const { title: name, field, faults } of refused) {
        it(`refuses ${name}`, () => assert.deepEqual(judge(tenantText(field), fileOf(field)), faults));
      }
    });
  }
});
