/** What one line of `--json` holds, as a schema: `npm run schema` writes docs/events.schema.json from it. */

import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { exitCodes, type FailureKind } from "../../automation/outcome";
import { EVENT_VERSION, planes, type Progress } from "../../automation/progress";

const FILE = path.join(__dirname, "..", "..", "docs", "events.schema.json");

const tenant = z.string().optional().describe("Name of the tenant; absent where it is about the whole list.");
const status = z.enum(["begun", "done", "failed"]);
/** The engine's words for what it does to a resource. */
const operation = z.enum([
  "same",
  "create",
  "update",
  "delete",
  "replace",
  "create-replacement",
  "delete-replaced",
  "read",
  "read-replacement",
  "refresh",
  "discard",
  "discard-replaced",
  "remove-pending-replace",
  "import",
  "import-replacement",
]);
const facts = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()]),
);
const counts = z.partialRecord(operation, z.int().min(0));
const kinds = Object.keys(exitCodes) as [FailureKind, ...FailureKind[]];

const events = [
  z
    .object({ type: z.literal("begun"), activity: z.string(), stack: z.string(), tenant })
    .describe("A command began."),
  z
    .object({
      type: z.literal("step"),
      status,
      plane: z.enum(planes).describe("Where it happens."),
      step: z.string().describe("In words."),
      tenant,
      facts: facts.optional().describe("What of the outcome is worth telling."),
    })
    .describe("A step of a command, told when it begins and when it has ended."),
  z
    .object({ type: z.literal("plan"), tenants: z.record(z.string(), counts) })
    .describe("Resources by tenant and operation; what belongs to none stands under `(shared)`."),
  z
    .object({
      type: z.literal("resource"),
      status,
      tenant: z.string(),
      component: z.string().describe("Component of the tenant, for example `Encryption`."),
      operation,
      resource: z.string().describe("Type of the resource."),
      name: z.string().describe("Its logical name."),
    })
    .describe("The engine is at work on a resource, or done with it."),
  z
    .object({ type: z.literal("note"), message: z.string(), tenant })
    .describe("Something that people should know and that does not fail the command."),
  z
    .object({ type: z.literal("result"), activity: z.string(), result: z.unknown() })
    .describe("The last line of a command that came to its end, also where it found something amiss."),
  z
    .object({
      type: z.literal("failure"),
      kind: z.enum(kinds),
      exitCode: z.int().min(1).max(255).describe("The exit code of the process."),
      message: z.string(),
    })
    .describe("The last line of a command that failed."),
] as const;

const envelope = {
  version: z.literal(EVENT_VERSION).describe("Raised when a field changes its meaning or goes."),
  sequence: z.int().min(1).describe("Counted from 1, without gaps."),
  time: z.iso.datetime().describe("ISO 8601, UTC."),
};

const [begun, step, plan, resource, note, result, failure] = events;
/** One line of the stream. Readers must pass over types and fields that they do not know. */
export const eventSchema = z
  .discriminatedUnion("type", [
    begun.extend(envelope),
    step.extend(envelope),
    plan.extend(envelope),
    resource.extend(envelope),
    note.extend(envelope),
    result.extend(envelope),
    failure.extend(envelope),
  ])
  .describe("One line of what `tenantry --json` prints.");

/** The compiler refuses an event that the schema lacks, and a field that it does not say. */
type Unsaid = Exclude<Progress, z.input<(typeof events)[number]>>;
const everythingIsSaid: [Unsaid] extends [never] ? true : Unsaid = true;

/** Draft 7, which every validator understands. */
export function eventJsonSchema(): string {
  const schema = {
    $id: "https://tenantry.dev/schema/events.json",
    title: "Tenantry event",
    ...z.toJSONSchema(eventSchema, { target: "draft-7", io: "input" }),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (require.main === module && everythingIsSaid) {
  fs.writeFileSync(FILE, eventJsonSchema());
  console.log(`wrote ${path.relative(process.cwd(), FILE)}`);
}
