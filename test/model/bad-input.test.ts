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

const FAULT = /^[0-9]+:[0-9]+: /;

const groups = fs
  .readFileSync(path.join(__dirname, "bad-input.txt"), "utf8")
  .split(/^# /m)
  .slice(1)
  .map(readGroup);

/** Entries begin at the margin: `ok` and what is accepted, or a number and what is refused. */
function readGroup(text: string): Group {
  const [title = "", ...entries] = text.split(/\n+(?=\S)/).map((entry) => entry.trim());
  const isLegal = (entry: string) => entry.startsWith("ok ");
  return {
    title,
    legal: entries.filter(isLegal).map((entry) => entry.slice("ok ".length).replace(/\n +/g, "\n")),
    refused: entries.filter((entry) => !isLegal(entry)).map(readCase),
  };
}

function readCase(entry: string): Case {
  const [title = "", ...lines] = entry.split(/\n +/);
  const faults = lines.filter((line) => FAULT.test(line));
  assert.match(title, /^[DR][0-9]+ \S/, `no number: ${entry}`);
  assert.notEqual(faults.length, 0, `no sentence: ${entry}`);
  return { title, field: lines.filter((line) => !FAULT.test(line)).join("\n"), faults };
}

/** A tenant whose name is legal lies in the file of that name; any other in acme's. */
function fileOf(field: string): string {
  return `tenants/test/${/^name: ([a-z0-9-]+)$/m.exec(field)?.[1] ?? "acme"}.yaml`;
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
        it(`accepts ${field.replaceAll("\n", ", ")}`, () => {
          assert.match(accepted(tenantText(field), fileOf(field)).id, /^[0-9a-f-]{36}$/);
        });
      }
      for (const { title: name, field, faults } of refused) {
        it(`refuses ${name}`, () => {
          const judged = judge(tenantText(field), fileOf(field));
          assert.deepEqual(Array.isArray(judged) ? judged : `accepted: ${field}`, faults);
        });
      }
    });
  }
});
