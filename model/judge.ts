/** What one document says: the tenant that it means, and everything that is wrong with it at once. */

import * as path from "node:path";
import { z } from "zod";
import { printable, shown } from "./fault";
import { sentences, type Sentence } from "./issue";
import { planned } from "./planned";
import { resolve } from "./resolve";
import { contradictions, quantityFaults, type Contradiction } from "./rules";
import { tenantSchema, type Tenant, type TenantSpec } from "./tenant";

/** The spec and its tenant are whole only where nothing is wrong. */
export interface Verdict {
  readonly spec: TenantSpec;
  readonly tenant: Tenant;
  readonly wrong: readonly Sentence[];
}

/** Stands for what a file does not say well enough; no rule looks at it. */
const NOTHING: TenantSpec = { name: "", id: "", owners: [] };

/**
 * Judges a document. A field that is malformed keeps quiet the rules that read it, and no others: whoever mends a
 * file should see all there is to mend.
 */
export function judge(value: object, file: string, list: string): Verdict {
  const { spec, wrong } = readFields(value);
  const quantities = quantityFaults(spec);
  const doubtful = doubtfulFields(value, [...wrong, ...quantities]);
  const tenant = resolve({ ...NOTHING, ...without(spec, doubtful) }, list);
  const found = [
    ...planned(spec),
    ...quantities,
    ...contradictions(spec, tenant, doubtful),
    ...(doubtful.has("name") ? [] : nameOfFile(spec.name, file)),
  ];
  return { spec, tenant, wrong: [...wrong, ...found.map((entry) => ({ ...entry, onKey: false }))] };
}

const someFields = tenantSchema.partial();

/** The spec, of the well-formed fields at least. */
function readFields(value: object): { spec: TenantSpec; wrong: readonly Sentence[] } {
  const whole = tenantSchema.safeParse(value);
  if (whole.success) {
    return { spec: whole.data, wrong: [] };
  }
  const wrong = whole.error.issues.flatMap((issue) => sentences(issue, value, fieldsAt));
  const rest = someFields.safeParse(without(value, doubtfulFields(value, wrong)));
  return { spec: { ...NOTHING, ...rest.data }, wrong };
}

/** Fields with something wrong in them; where one is misspelt, each that is not there may be meant. */
function doubtfulFields(value: object, wrong: readonly Contradiction[]): ReadonlySet<string> {
  const fields = Object.keys(tenantSchema.shape);
  const named = new Set(wrong.map(({ path: [field] }) => String(field)));
  const misspelt = [...named].some((field) => !fields.includes(field));
  return new Set([...named, ...fields.filter((field) => misspelt && !Object.hasOwn(value, field))]);
}

function without<T extends object>(value: T, fields: ReadonlySet<string>): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([field]) => !fields.has(field))) as Partial<T>;
}

function nameOfFile(name: string, file: string): Contradiction[] {
  const base = path.basename(file);
  return base === `${name}.yaml`
    ? []
    : [
        {
          path: ["name"],
          message: `${shown(name)} is not the file's name; rename the file to ${name}.yaml or the tenant to ${printable(path.basename(file, ".yaml"))}`,
        },
      ];
}

/** Names of the fields that the schema knows at a path. */
function fieldsAt(at: readonly (string | number)[]): string[] {
  const found = at.reduce<z.core.$ZodType | undefined>((schema, step) => {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodObject) {
      return (inner.shape as Record<string, z.core.$ZodType>)[String(step)];
    }
    return inner instanceof z.ZodArray ? inner.element : undefined;
  }, tenantSchema);
  const inner = unwrap(found);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}
