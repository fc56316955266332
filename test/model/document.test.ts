/** The form of a tenant file: bytes, encodings and the parts of YAML that are refused; large ones too. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { InputFaults, printable, shown } from "../../model/fault";
import { readTenantDocument } from "../../model/read";
import { accepted, FILE, judge, tenantText } from "./minimum";

const minimum = tenantText();
const accept = (text: string | Uint8Array): void => assert.deepEqual(accepted(text), accepted(minimum));

describe("form of a tenant file", () => {
  describe("reads alike", () => {
    const same: Record<string, string | Uint8Array> = {
      "a byte order mark": Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(minimum)]),
      "line ends of Windows": minimum.replaceAll("\n", "\r\n"),
      "a line end at the end": `${minimum}\n`,
      "a document start": `---\n${minimum}`,
      "a document end": `${minimum}\n...\n`,
      comments: `# a comment\n${minimum} # another`,
      "a tab between key and value": minimum.replace("name: ", "name:\t"),
      quotes: minimum.replace("name: acme", '"name": "acme"'),
      "another order of fields": minimum.split("\n").reverse().join("\n"),
      JSON: '{"name":"acme","id":"5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f","owners":["alice@acme.example"]}',
    };
    for (const [what, text] of Object.entries(same)) {
      it(what, () => accept(text));
    }
  });

  describe("refuses", () => {
    const laughs = ["a: &a [ha]", ..."bcdefghij"].map((key, index, all) =>
      index === 0
        ? key
        : `${key}: &${key} [${Array(10)
            .fill(`*${all[index - 1]?.[0]}`)
            .join(", ")}]`,
    );
    const refused: readonly (readonly [
      number: string,
      what: string,
      text: string | Uint8Array,
      first: string,
    ])[] = [
      [
        "D65",
        "a key that stands there twice",
        `${minimum}\nname: acme`,
        "5:1: name: stands there a second time; keep one",
      ],
      [
        "D65",
        "a key twice, in depth",
        tenantText("quota: { cpu: 8, cpu: 9 }"),
        "4:18: quota.cpu: stands there a second time; keep one",
      ],
      [
        "D66",
        "an anchor",
        tenantText("owners: &o [a@b.example]"),
        "3:12: owners: bears a YAML anchor; write the value out where it is needed",
      ],
      ["D66", "an alias", tenantText("access: *acme"), "4:9: access: is a YAML alias; write the value out"],
      [
        "D66",
        "a merge key",
        tenantText("quota: { <<: { cpu: 8 } }"),
        '4:10: quota."<<": is a YAML merge key; write the fields out',
      ],
      [
        "D67",
        "a billion laughs",
        laughs.join("\n"),
        "1:7: a: bears a YAML anchor; write the value out where it is needed",
      ],
      [
        "D69",
        "a function",
        tenantText("displayName: !!js/function 'function () {}'"),
        "4:14: bears a YAML tag; write the plain value",
      ],
      [
        "D69",
        "a reference",
        tenantText("displayName: !Ref x"),
        "4:14: bears a YAML tag; write the plain value",
      ],
      [
        "D69",
        "a standard tag",
        tenantText("displayName: !!str 1"),
        "4:20: displayName: bears a YAML tag; write the plain value",
      ],
      [
        "D64",
        "another version of YAML",
        `%YAML 1.1\n---\n${minimum}`,
        "1:1: is a YAML directive; leave it out",
      ],
      [
        "D64",
        "a tag directive",
        `# x\n%TAG ! tag:example,2000:\n---\n${minimum}`,
        "2:1: is a YAML directive; leave it out",
      ],
      [
        "D64",
        "a date",
        tenantText("displayName: 2026-01-01"),
        "4:14: displayName: 2026-01-01 is text to some YAML readers only; put it in quotes, or write true, false or a plain number",
      ],
      [
        "D70",
        "two documents",
        `${minimum}\n---\n${minimum}`,
        "5:1: begins a second document; write one tenant a file and no second ---",
      ],
      [
        "D70",
        "text after the document",
        `${minimum}\n...\nmore`,
        "6:1: begins a second document; write one tenant a file and no second ---",
      ],
      ["D70", "an empty file", "", "1:1: holds no tenant; start from tenants/template.yaml"],
      ["D70", "comments only", "# a\n# b\n", "1:1: holds no tenant; start from tenants/template.yaml"],
      ["D70", "null", "null", "1:1: holds no tenant; start from tenants/template.yaml"],
      ["D64", "a list", "- name: acme", "1:1: is not a map of fields; start from tenants/template.yaml"],
      ["D64", "a word", "acme", "1:1: is not a map of fields; start from tenants/template.yaml"],
      [
        "D71",
        "UTF-16",
        Buffer.from(`\ufeff${minimum}`, "utf16le"),
        "1:1: is not UTF-8 text from byte 1; save it as UTF-8",
      ],
      [
        "D71",
        "Latin-1",
        Buffer.from(tenantText("displayName: M\u00fcller"), "latin1"),
        "1:1: is not UTF-8 text from byte 96; save it as UTF-8",
      ],
      [
        "D71",
        "a surrogate in bytes",
        Buffer.concat([Buffer.from(`${minimum}\ndisplayName: `), Buffer.from([0xed, 0xa0, 0x80])]),
        "1:1: is not UTF-8 text from byte 97; save it as UTF-8",
      ],
      ["D71", "NUL", `${minimum}\0`, "1:1: holds a NUL character at byte 82; take it out"],
      ["D71", "a tab as indent", tenantText("quota:\n\tcpu: 8"), "5:1: is indented by a tab; use spaces"],
      [
        "D72",
        "a bracket left open",
        tenantText("quota: { cpu: 8"),
        "4:16: is not YAML: Flow map in block collection must be sufficiently indented and end with a }",
      ],
      [
        "D12",
        "a key that is a list",
        tenantText("? [a, b]\n: x"),
        "4:3: is not YAML: With stringKeys, all keys must be strings",
      ],
      [
        "D77",
        "a key with a terminal escape",
        tenantText('"\\e[31mred": 1'),
        '4:1: "\\u001b[31mred": is no field here; there are name, id, displayName, owners, contacts, tier, environments, access, quota, containers, network, storage, encryption, secrets, backup, placement, runtimeClass, gitops, allowRoot, mesh, lifecycle',
      ],
    ];
    for (const [number, what, text, first] of refused) {
      it(`${number} ${what}`, () => {
        const judged = judge(text);
        assert.ok(Array.isArray(judged), "accepted");
        assert.equal(judged[0], first);
      });
    }
  });

  describe("refuses what is made to be large, without hanging", () => {
    const tooDeep = "1:1: nests deeper than 20 levels, which no tenant needs";
    const tooLarge = "1:1: is larger than 128 KiB, which no tenant needs; is it the right file?";
    const large: readonly (readonly [what: string, text: string, first: string])[] = [
      ["200,000 brackets", `a: ${"[".repeat(200_000)}`, tooLarge],
      ["120,000 brackets", `a: ${"[".repeat(120_000)}`, tooDeep],
      ["brackets behind as many closing ones", `# ${"]".repeat(60_000)}\na: ${"[".repeat(60_000)}`, tooDeep],
      ["brackets around quoted ones", `a: ${'["]", '.repeat(20_000)}`, tooDeep],
      ["60,000 dashes", "- ".repeat(60_000), tooDeep],
      ["60,000 question marks", "? ".repeat(60_000), tooDeep],
      [
        "21 levels",
        `${Array.from({ length: 21 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")} 1`,
        "21:24: nests deeper than 20 levels, which no tenant needs",
      ],
      ["a file of 50 MB", "#".repeat(50_000_000), tooLarge],
      [
        "a scalar of 120 KB",
        tenantText(`displayName: ${"a".repeat(120_000)}`),
        `4:14: displayName: "${"a".repeat(59)}… has 120000 characters; write at most 80`,
      ],
      [
        "a number of 120,000 digits",
        tenantText(`quota: { cpu: ${"9".repeat(120_000)} }`),
        `4:15: quota.cpu: ${"9".repeat(30)} has more digits than a number holds; write fewer`,
      ],
      [
        "14,000 keys",
        Array.from({ length: 14_000 }, (_, index) => `k${index}: `).join("\n"),
        "1:1: name: is missing; write it",
      ],
      [
        "10,000 owners",
        tenantText(`owners: [${"a@b.example, ".repeat(10_000)}]`),
        "3:9: owners: lists more than 20; write fewer",
      ],
      ["60,000 quotes", '"'.repeat(60_000), "1:3: is not YAML: Unexpected double-quoted-scalar at node end"],
    ];
    for (const [what, text, first] of large) {
      it(what, () => {
        const judged = judge(text);
        assert.ok(Array.isArray(judged), "accepted");
        assert.equal(judged[0], first);
        assert.ok(judged.length <= 30, `${judged.length} faults`);
      });
    }
  });

  it("never throws, whatever the bytes", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "name: acme",
        "quota:",
        "{",
        "}",
        "[",
        "]",
        "- ",
        "? ",
        ": ",
        "&a ",
        "*a",
        "!!x ",
        "|",
        ">",
        "%",
        "---",
        '"',
        "'",
        "\n",
        "  ",
        "\t",
        "<<",
        "#",
        "__proto__",
        "\\u",
        "0",
        "~",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join(""))),
      fc.array(piece, { maxLength: 10 }).map((pieces) => Buffer.from(tenantText(pieces.join("")))),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        const result = readTenantDocument(input, FILE, "test");
        for (const { line, column, message } of Array.isArray(result) ? result : []) {
          assert.ok(line >= 1 && column >= 1 && message !== "");
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("faults as text", () => {
  const fault = { file: "b.yaml", line: 2, column: 1, path: "quota.cpu", message: "is wrong" };

  it("lists them by file, line and column, and counts them", () => {
    const faults = new InputFaults([fault, { ...fault, line: 1 }, { ...fault, file: "a.yaml", path: "" }]);
    assert.equal(
      faults.message,
      "a.yaml:2:1: is wrong\nb.yaml:1:1: quota.cpu: is wrong\nb.yaml:2:1: quota.cpu: is wrong\n3 faults; nothing was changed",
    );
    assert.match(new InputFaults([fault]).message, /\n1 fault; nothing was changed$/);
  });

  it("lets no control or direction character through", () => {
    const { message } = new InputFaults([{ ...fault, file: "\u001b[2Ja.yaml" }]);
    assert.match(message, /^\\u001b\[2Ja\.yaml:2:1/);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.doesNotMatch(printable(text), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        assert.doesNotMatch(shown({ text }), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        assert.ok(shown(text).length <= 61);
      }),
    );
  });
});
