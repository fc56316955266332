/** The tenant files of a project: which there are, and changes to one of them that leave its comments alone. */

import * as fs from "node:fs";
import * as path from "node:path";
import { isMap, parseDocument, type Document } from "yaml";
import { InputFaults } from "../model/fault";
import { readTenantDocument, readTenantList, type Drafts, type TenantList } from "../model/read";
import type { Tenant } from "../model/tenant";
import { nearest } from "../model/issue";
import { RunFailure } from "./outcome";
import type { Project } from "./workspace";

/** Folder of a list's tenant files. */
export function listFolder({ stack, directory = process.cwd() }: Project): string {
  return path.join(directory, "tenants", stack);
}

export function tenantFile(project: Project, tenant: string): string {
  return path.join(listFolder(project), `${tenant}.yaml`);
}

/**
 * @param drafts files that are not written yet, judged as if they were.
 * @throws RunFailure `badInput` with every fault of every file.
 */
export function readList(project: Project, drafts?: Drafts): TenantList {
  return orBadInput(() => readTenantList(listFolder(project), project.stack, drafts));
}

/** @throws RunFailure `badInput` where the list has no such tenant, with the nearest name. */
export function readTenant(project: Project, name: string): Tenant {
  const { tenants } = readList(project);
  const found = tenants.find((tenant) => tenant.name === name);
  if (found === undefined) {
    const meant = nearest(
      name,
      tenants.map((tenant) => tenant.name),
    );
    throw new RunFailure("badInput", `the list ${project.stack} has no tenant ${name}; ${meant}`);
  }
  return found;
}

/**
 * Changes a tenant's file in place: comments and order stay. What would not be a legal file is not written.
 *
 * @returns whether anything changed.
 * @throws RunFailure `badInput` with every fault of the changed file.
 */
export function changeTenantFile(
  project: Project,
  name: string,
  change: (document: Document) => void,
): boolean {
  const file = tenantFile(project, name);
  const before = fs.readFileSync(file, "utf8");
  // Puts in quotes what not every reader takes for text: a date, for one.
  const document = parseDocument(before, { compat: "yaml-1.1" });
  if (!isMap(document.contents)) {
    throw new RunFailure("badInput", `${file} is not a map of fields`);
  }
  change(document);
  const after = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  if (after === before) {
    return false;
  }
  const read = readTenantDocument(Buffer.from(after), `${name}.yaml`, project.stack);
  if (Array.isArray(read)) {
    throw new RunFailure("badInput", new InputFaults(read).message);
  }
  const draft = draftOf(file);
  fs.writeFileSync(draft, after, { flush: true });
  fs.renameSync(draft, file);
  return true;
}

/** Takes a tenant's file out of the list; a list that has none left says that this is meant. */
export function removeTenantFile(project: Project, name: string): void {
  const others = readList(project).tenants.filter((tenant) => tenant.name !== name);
  if (others.length === 0) {
    fs.writeFileSync(path.join(listFolder(project), ".gitkeep"), "");
  }
  fs.rmSync(tenantFile(project, name));
}

/** Writes a file so that a reader, or a crash, finds the old text or the new one and never a part. */
export function writeWhole(file: string, text: string, mode = 0o644): void {
  const draft = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(draft, text, { mode, flush: true });
  fs.renameSync(draft, file);
}

/**
 * Writes a file that must not be there yet, as a whole or not at all.
 *
 * @throws RunFailure `badInput` where somebody else made it first.
 */
export function createWhole(file: string, text: string): void {
  const draft = draftOf(file);
  fs.writeFileSync(draft, text, { flush: true });
  try {
    // Unlike a rename, a link never takes the place of another file.
    fs.linkSync(draft, file);
  } catch (error) {
    throw error instanceof Error && "code" in error && error.code === "EEXIST"
      ? new RunFailure("badInput", `${file} was made by somebody else meanwhile; look at it, then run again`)
      : error;
  } finally {
    fs.rmSync(draft);
  }
}

/** Beside the folder and not in it: whoever reads the list meanwhile would take the draft for a stranger. */
function draftOf(file: string): string {
  return path.join(path.dirname(path.dirname(file)), `.${path.basename(file)}.${process.pid}.tmp`);
}

function orBadInput<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof InputFaults ? new RunFailure("badInput", error.message, { cause: error }) : error;
  }
}
