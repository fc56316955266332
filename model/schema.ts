/** The JSON Schema from which editors complete tenant files: `npm run schema` writes it. */

import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { tenantSchema } from "./tenant";

const FILE = path.join(__dirname, "..", "tenants", "tenant.schema.json");

/** Draft 7, which every editor understands. What it cannot say, `read.ts` checks. */
export function tenantJsonSchema(): string {
  const schema = {
    $id: "https://tenantry.dev/schema/tenant.json",
    title: "Tenantry tenant",
    ...z.toJSONSchema(tenantSchema, { target: "draft-7", io: "input" }),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (require.main === module) {
  fs.writeFileSync(FILE, tenantJsonSchema());
  console.log(`wrote ${path.relative(process.cwd(), FILE)}`);
}
