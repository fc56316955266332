/** The smallest legal tenant as text, and the same with single fields changed. */

import assert from "node:assert/strict";
import { formatFault } from "../../model/fault";
import { readTenantDocument } from "../../model/read";
import type { Tenant } from "../../model/tenant";

const FIELDS = {
  name: "name: acme",
  id: "id: 5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f",
  owners: "owners: [alice@acme.example]",
} as const;

/** The file that the smallest tenant is in. */
export const FILE = "tenants/test/acme.yaml";

/** The smallest tenant with top-level fields on top: each in its place if it has one, else from line 4 on. */
export function tenantText(text = ""): string {
  const fields = new Map<string, string>(Object.entries(FIELDS));
  const more = text.split(/\n(?=\S)/).filter((field) => {
    const key = /^[a-zA-Z]*/.exec(field)?.[0] ?? "";
    return !(fields.has(key) && fields.set(key, field));
  });
  return [...fields.values(), ...(text !== "" && more.length === 0 ? [] : [more.join("\n")])].join("\n");
}

/** What the reader says of a text or bytes: the tenant, or each fault as `line:column: path: message`. */
export function judge(text: string | Uint8Array, file = FILE): Tenant | string[] {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const result = readTenantDocument(bytes, file, "test");
  return Array.isArray(result)
    ? result.map((fault) => formatFault(fault).slice(file.length + 1))
    : result.tenant;
}

/** The tenant of a text that the reader must accept. */
export function accepted(text: string | Uint8Array, file = FILE): Tenant {
  const judged = judge(text, file);
  return Array.isArray(judged) ? assert.fail(judged.join("\n")) : judged;
}
