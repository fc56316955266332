/** The committed page is the one that the rules make: who takes a rule out, or changes one, changes the page. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { format, resolveConfig } from "prettier";
import { guardrailsPage, pagePlatform } from "../../guardrails/page";
import { guardrails } from "../../guardrails/rules";

const FILE = path.join(__dirname, "..", "..", "docs", "guardrails.md");

describe("docs/guardrails.md", () => {
  it("is what `npm run guardrails` writes", async () => {
    const page = await format(guardrailsPage(pagePlatform()), {
      ...(await resolveConfig(FILE)),
      filepath: FILE,
    });
    assert.equal(fs.readFileSync(FILE, "utf8"), page);
  });

  it("tells of every rule, in their order", () => {
    const told = [...fs.readFileSync(FILE, "utf8").matchAll(/^### (\S+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      told,
      guardrails(pagePlatform()).map(({ name }) => name),
    );
  });
});
