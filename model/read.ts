/** Tenant files in, tenants or every fault out. Asks nobody and changes nothing. */

import * as fs from "node:fs";
import * as path from "node:path";
import { againstPlatform } from "./against-platform";
import { faultsBetween, type Claimant } from "./between";
import { LARGEST_BYTES, readDocument, TOO_LARGE, type TenantDocument } from "./document";
import { InputFaults, shown, type Fault } from "./fault";
import { tenantFiles } from "./folder";
import { judge, type Verdict } from "./judge";
import type { Platform } from "./platform";
import type { Tenant, TenantSpec } from "./tenant";

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

/** A document that is well-formed YAML, and what it says. */
type Judged = Verdict & Claimant;

/** Files of a list that are not written yet, by name. */
export type Drafts = ReadonlyMap<string, Uint8Array>;

/**
 * Reads every tenant file of a list.
 *
 * @param directory the list's folder, for example `tenants/prod`.
 * @param drafts judged as if they stood in the folder; default: none.
 * @throws InputFaults with every fault of every file.
 */
export function readTenantList(directory: string, list: string, drafts: Drafts = new Map()): TenantList {
  const { files, faults } = tenantFiles(directory, [...drafts.keys()]);
  if (!LIST_NAME.test(list)) {
    const message = `is named ${shown(list)}; a list's name is a label value: letters, digits and inner . _ - of at most 63 characters`;
    faults.push({ file: directory, line: 1, column: 1, path: "", message });
  }
  const read: Judged[] = [];
  for (const file of files) {
    const place = path.join(directory, file);
    const draft = drafts.get(file);
    const result = draft === undefined ? readFile(place, list) : judgeDocument(draft, place, list);
    if (Array.isArray(result)) {
      faults.push(...result);
    } else {
      read.push(result);
      faults.push(...faultsOf(result));
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
  const judged = judgeDocument(bytes, file, list);
  return Array.isArray(judged) || judged.wrong.length === 0 ? judged : faultsOf(judged);
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

function judgeDocument(bytes: Uint8Array, file: string, list: string): Judged | Fault[] {
  const document = readDocument(bytes, file);
  return Array.isArray(document) ? document : { document, ...judge(document.value, file, list) };
}

function faultsOf({ document, wrong }: Judged): Fault[] {
  return wrong.map(({ path: at, message, onKey }) => document.fault(at, message, onKey));
}

function readFile(file: string, list: string): Judged | Fault[] {
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
    return judgeDocument(fs.readFileSync(file), file, list);
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      return refuse(`cannot be read: ${String(error.code)}`);
    }
    throw error;
  }
}
