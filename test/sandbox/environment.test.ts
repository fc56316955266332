import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { exportLines, quote } from "../../sandbox/environment";

describe("sandbox/environment", () => {
  const shell = (script: string): string => execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" });

  it("quotes any word so that a shell takes it as it stands", () => {
    // A shell's words hold no NUL.
    const word = fc.string({ maxLength: 40 }).map((text) => text.replaceAll("\0", ""));
    fc.assert(
      fc.property(word, (text) => shell(`printf '%s.' ${quote(text)}`) === `${text}.`),
      { numRuns: 50 },
    );
  });

  it("prints lines that a shell evaluates to the same values", () => {
    const lines = exportLines({ PATH: "/sandbox/bin", ODD: `a'b $(false) "c" \\ \`d\``, EMPTY: "" });
    const out = shell(`${lines}\n/usr/bin/printf '%s|%s|%s' "$PATH" "$ODD" "$EMPTY"`);
    assert.equal(out, `/sandbox/bin|a'b $(false) "c" \\ \`d\`|`);
  });

  it("puts its programs before the PATH of the shell that evaluates it", () => {
    const lines = exportLines({ PATH: `/sandbox/bin:${process.env.PATH}` });
    assert.equal(lines, `export PATH='/sandbox/bin':"$PATH"`);
  });
});
