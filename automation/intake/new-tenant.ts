/** A tenant's file as it begins: what is said of the tenant, each field below the template's comment for it (R83). */

import * as fs from "node:fs";
import * as path from "node:path";
import { v4 as uuid } from "uuid";
import { stringify } from "yaml";
import type { z } from "zod";
import { tenantSchema } from "../../model/tenant";

/** What a tenant file may say, as people write it. */
export type TenantFields = Readonly<z.input<typeof tenantSchema>>;

/** The same before the tenant has an id. */
export type NewTenant = Omit<TenantFields, "id"> & Partial<Pick<TenantFields, "id">>;

const TEMPLATE = path.join(__dirname, "..", "..", "tenants", "template.yaml");
const HEAD = `# yaml-language-server: $schema=../tenant.schema.json
#
# What is not said here has a default. What may be said stands in docs/tenant.md; \`tenantry show\` fills the defaults in.`;

/** The file of a tenant; its id is made here where none is given. */
export function renderTenant(tenant: NewTenant): string {
  const template = fs.readFileSync(TEMPLATE, "utf8");
  const said = new Map<string, unknown>(Object.entries({ ...tenant, id: tenant.id ?? uuid() }));
  const fields = Object.keys(tenantSchema.shape)
    .filter((field) => said.get(field) !== undefined)
    .map((field) => commentOn(field, template) + inYaml(field, said.get(field)));
  return [HEAD, ...fields.map((field) => field.trimEnd())].join("\n\n") + "\n";
}

/** The lines of comment right above a field of the template, ended by a line break. */
function commentOn(field: string, template: string): string {
  return new RegExp(`^((?:#.*\\n)*)${field}:`, "m").exec(template)?.[1] ?? "";
}

function inYaml(field: string, value: unknown): string {
  // Puts in quotes what not every reader takes for text, and writes everything out: the reader knows no aliases.
  return stringify({ [field]: value }, { compat: "yaml-1.1", aliasDuplicateObjects: false, lineWidth: 0 });
}
