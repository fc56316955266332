/** Tenant files in, tenants or every fault out. Asks nobody and changes nothing. */

import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { againstPlatform } from "./against-platform";
import { LARGEST_BYTES, readDocument, TOO_LARGE, type TenantDocument } from "./document";
import { InputFaults, shown, type Fault } from "./fault";
import { faultsBetween } from "./between";
import { sentences } from "./issue";
import { planned } from "./planned";
import type { Platform } from "./platform";
import { resolve } from "./resolve";
import { contradictions, quantityFaults, type Contradiction } from "./rules";
import { tenantSchema, type Tenant, type TenantSpec } from "./tenant";

/** The most tenants of one list. More belong on another cluster: etcd and the CNI come first to their limits (R96). */
const MAX_TENANTS = 4000;
/** What editors leave behind; every other file must be a tenant's. */
const IGNORED = /^\.(DS_Store|gitkeep|.*\.sw[a-p])$|^#.*#$|~$|^\.#/;

/** Names of lists are label values too. */
const LIST_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

interface ReadTenant {
  readonly spec: TenantSpec;
  readonly tenant: Tenant;
  readonly document: TenantDocument;
}

/** A tenant list: the folder is the list, and the stack. */
export interface TenantList {
  readonly name: string;
  readonly tenants: readonly Tenant[];
  readonly read: readonly ReadTenant[];
}

/**
 * Reads every tenant file of a list.
 *
 * @param directory the list's folder, for example `tenants/prod`.
 * @throws InputFaults with every fault of every file.
 */
export function readTenantList(directory: string, list: string): TenantList {
  const { files, faults } = tenantFiles(directory);
  if (!LIST_NAME.test(list)) {
    const message = `is named ${shown(list)}; a list's name is a label value: letters, digits and inner . _ - of at most 63 characters`;
    faults.push({ file: directory, line: 1, column: 1, path: "", message });
  }
  const read: ReadTenant[] = [];
  for (const file of files) {
    const result = readFile(path.join(directory, file), list);
    if (Array.isArray(result)) {
      faults.push(...result);
    } else {
      read.push(result);
    }
  }
  faults.push(...faultsBetween(read));
  if (faults.length > 0) {
    throw new InputFaults(faults);
  }
  return { name: list, tenants: read.map(({ tenant }) => tenant), read };
}

/** Reads one tenant document: its tenant, or every fault in it. */
export function readTenantDocument(bytes: Uint8Array, file: string, list: string): ReadTenant | Fault[] {
  const document = readDocument(bytes, file);
  if (Array.isArray(document)) {
    return document;
  }
  const parsed = tenantSchema.safeParse(document.value);
  if (!parsed.success) {
    return parsed.error.issues
      .flatMap((issue) => sentences(issue, document.value, fieldsAt))
      .map(({ path: at, message, onKey }) => document.fault(at, message, onKey));
  }
  const spec = parsed.data;
  const quantities = quantityFaults(spec);
  const tenant = quantities.length === 0 ? resolve(spec, list) : undefined;
  const all: readonly Contradiction[] = [
    ...planned(spec),
    ...quantities,
    ...(tenant === undefined ? [] : contradictions(spec, tenant)),
    ...nameOfFile(spec.name, file),
  ];
  return tenant !== undefined && all.length === 0
    ? { spec, tenant, document }
    : all.map(({ path: at, message }) => document.fault(at, message));
}

/**
 * Holds a list against the cluster it is for.
 *
 * @throws InputFaults where a tenant is or asks for what this cluster keeps or lacks.
 */
export function checkAgainstPlatform(list: TenantList, platform: Platform): void {
  const faults = list.read.flatMap(({ spec, tenant, document }) =>
    againstPlatform(spec, tenant, platform).map(({ path: at, message }) => document.fault(at, message)),
  );
  if (faults.length > 0) {
    throw new InputFaults(faults);
  }
}

function tenantFiles(directory: string): { files: string[]; faults: Fault[] } {
  const fault = (file: string, message: string): Fault => ({ file, line: 1, column: 1, path: "", message });
  let entries: string[];
  try {
    entries = fs.readdirSync(directory).sort();
  } catch {
    return {
      files: [],
      faults: [fault(directory, `is no folder that can be read; ${existingLists(directory)}`)],
    };
  }
  const candidates = entries.filter((entry) => !IGNORED.test(entry));
  if (candidates.length > MAX_TENANTS) {
    return {
      files: [],
      faults: [
        fault(
          directory,
          `holds ${candidates.length} files; a list holds at most ${MAX_TENANTS} tenants: put the rest into another list, on another cluster`,
        ),
      ],
    };
  }
  if (candidates.length === 0 && !entries.includes(".gitkeep")) {
    const message =
      "holds no tenant file, which would remove every tenant; if that is meant, put an empty file .gitkeep there";
    return { files: [], faults: [fault(directory, message)] };
  }
  const refused = candidates
    .filter((entry) => !entry.endsWith(".yaml"))
    .map((entry) => fault(path.join(directory, entry), strangerSentence(path.join(directory, entry))));
  return { files: candidates.filter((entry) => entry.endsWith(".yaml")), faults: refused };
}

function existingLists(directory: string): string {
  const parent = path.dirname(directory);
  const lists = fs.existsSync(parent)
    ? fs.readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  return lists.length === 0
    ? `make it and put a tenant file there`
    : `the lists are ${lists.map(({ name }) => name).join(", ")}`;
}

function strangerSentence(file: string): string {
  if (file.endsWith(".yml")) {
    return "ends in .yml; rename it to .yaml";
  }
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory()
    ? "is a folder; a list holds tenant files only"
    : "is no tenant file; name tenant files <name>.yaml and keep everything else elsewhere";
}

function readFile(file: string, list: string): ReadTenant | Fault[] {
  const refuse = (message: string): Fault[] => [{ file, line: 1, column: 1, path: "", message }];
  try {
    // Asked first: reading a named pipe would wait for ever, and a large file would fill the memory.
    const status = fs.statSync(file, { throwIfNoEntry: false });
    if (status === undefined) {
      return refuse("is a link to nothing, or went away while it was read");
    }
    if (!status.isFile()) {
      return refuse("is no plain file; write the tenant into one");
    }
    if (status.size > LARGEST_BYTES) {
      return refuse(TOO_LARGE);
    }
    return readTenantDocument(fs.readFileSync(file), file, list);
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      return refuse(`cannot be read: ${String(error.code)}`);
    }
    throw error;
  }
}

function nameOfFile(name: string, file: string): Contradiction[] {
  return path.basename(file) === `${name}.yaml`
    ? []
    : [
        {
          path: ["name"],
          message: `${shown(name)} is not the file's name; rename the file to ${name}.yaml or the tenant to ${path.basename(file, ".yaml")}`,
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
