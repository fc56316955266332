/** The documented schema of `--json` is the one that the command prints by. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import type { Progress } from "../../automation/progress";
import { eventJsonSchema } from "../../cli/output/event-schema";
import { jsonOutput } from "../../cli/output/json";

const FILE = path.join(__dirname, "..", "..", "docs", "events.schema.json");
const ajv = new Ajv({ strict: false });
addFormats(ajv);
const conforms = ajv.compile(JSON.parse(fs.readFileSync(FILE, "utf8")) as object);

/** One of each. */
const EVENTS: readonly Progress[] = [
  { type: "begun", activity: "suspend", stack: "prod", tenant: "acme" },
  {
    type: "step",
    status: "done",
    plane: "vault",
    step: "revoke",
    facts: { tokens: 3, lost: ["a"], all: true },
  },
  { type: "plan", tenants: { acme: { create: 46 }, "(shared)": { same: 1 } } },
  {
    type: "resource",
    status: "begun",
    tenant: "acme",
    component: "Encryption",
    operation: "create-replacement",
    resource: "aws:kms/key:Key",
    name: "acme-key",
  },
  { type: "note", message: "the cluster has no Events" },
];
const LAST: readonly Extract<Progress, { type: "result" | "failure" }>[] = [
  { type: "result", activity: "suspend", result: { changed: true } },
  { type: "failure", kind: "policy", exitCode: 5, message: "refused" },
];

function printed(...events: readonly Progress[]): Record<string, unknown>[] {
  const lines: string[] = [];
  const output = jsonOutput((line) => lines.push(line));
  events.forEach((event) => output.watch(event));
  return lines.map((line) => {
    assert.ok(line.endsWith("\n") && line.indexOf("\n") === line.length - 1, "an event is a line");
    return JSON.parse(line) as Record<string, unknown>;
  });
}

describe("the schema of the event stream", () => {
  it("is committed as the code has it", () => {
    assert.equal(fs.readFileSync(FILE, "utf8"), eventJsonSchema(), "run: npm run schema");
  });

  for (const event of [...EVENTS, ...LAST]) {
    it(`knows ${event.type} as it is printed`, () => {
      const [line] = printed(event);
      assert.ok(conforms(line), JSON.stringify(conforms.errors));
    });
  }

  it("knows every type", () => {
    const types = [...EVENTS, ...LAST].map(({ type }) => type);
    const { oneOf = [] } = JSON.parse(eventJsonSchema()) as {
      oneOf?: { properties: { type: { const: string } } }[];
    };
    assert.deepEqual(oneOf.map(({ properties }) => properties.type.const).sort(), [...types].sort());
  });

  it("refuses what is no event", () => {
    const [line = {}] = printed(...LAST);
    const spoilt = [
      { ...line, type: "surprise" },
      { ...line, version: 2 },
      { ...line, sequence: 0 },
      { ...line, time: "today" },
      { ...line, activity: 7 },
    ];
    assert.deepEqual(
      spoilt.map((event) => conforms(event)),
      spoilt.map(() => false),
    );
  });

  it("counts lines from 1 without gaps, and keeps line ends inside a line", () => {
    const lines = printed(...EVENTS, { type: "note", message: "two\nlines" });
    assert.deepEqual(
      lines.map(({ sequence }) => sequence),
      [1, 2, 3, 4, 5, 6],
    );
  });
});
