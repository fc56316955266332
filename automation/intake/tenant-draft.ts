/** The file of a tenant that is to be: new, or there already and saying the same. */

import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InputFaults } from "../../model/fault";
import { readTenantDocument } from "../../model/read";
import { resolve } from "../../model/resolve";
import { DNS_LABEL, type Tenant, type TenantSpec } from "../../model/tenant";
import { renderTenant, type NewTenant } from "./new-tenant";
import { RunFailure } from "../outcome";
import { readList, tenantFile } from "../tenant-files";
import type { Project } from "../workspace";

export interface TenantDraft {
  readonly file: string;
  readonly text: string;
  /** Whether the file is still to be written. */
  readonly isNew: boolean;
}

/** What is said of a tenant; owners may be left out where a file says who they are. */
export type SaidOfTenant = Omit<NewTenant, "owners"> & Partial<Pick<NewTenant, "owners">>;

/**
 * Nothing is written and nobody asked.
 *
 * @throws RunFailure `badInput` with every fault that the list has or would have; where the tenant's file says something
 * else, or the tenant is not active.
 */
export function draftTenant(project: Project, tenant: SaidOfTenant): TenantDraft {
  const { name } = tenant;
  const said: SaidOfTenant = { ...spoken(tenant), name };
  // A name becomes a path before any reader judges the file.
  if (!DNS_LABEL.test(name)) {
    throw new RunFailure(
      "badInput",
      `${JSON.stringify(name)} is no tenant name; write lower-case letters, digits and single hyphens, starting with a letter`,
    );
  }
  const file = tenantFile(project, name);
  if (fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined) {
    refuseOtherwise(project, file, said);
    return { file, text: fs.readFileSync(file, "utf8"), isNew: false };
  }
  // Without owners the reader says that they are missing.
  const text = renderTenant({ ...said, owners: said.owners ?? [] });
  readList(project, new Map([[path.basename(file), Buffer.from(text)]]));
  return { file, text, isNew: true };
}

function spoken(tenant: SaidOfTenant): Partial<SaidOfTenant> {
  return Object.fromEntries(Object.entries(tenant).filter(([, value]) => value !== undefined));
}

/** What somebody wrote into the file is theirs to change. */
function refuseOtherwise(project: Project, file: string, said: SaidOfTenant): void {
  const { name } = said;
  const there = readList(project).read.find(({ tenant }) => tenant.name === name);
  if (there === undefined) {
    throw new RunFailure("badInput", `${file} declares no tenant ${name}; look at it`);
  }
  refuseLeft(there.tenant);
  const { id, owners } = there.spec;
  const asked = readTenantDocument(
    Buffer.from(renderTenant({ id, owners, ...said })),
    path.basename(file),
    project.stack,
  );
  if (Array.isArray(asked)) {
    throw new RunFailure("badInput", new InputFaults(asked).message);
  }
  const other = Object.keys(said).filter(
    (field) => !saysSame(there, field as keyof TenantSpec, asked.spec, project),
  );
  if (other.length > 0) {
    throw new RunFailure(
      "badInput",
      `${file} is there already and says otherwise of ${other.join(", ")}; nothing was changed: edit the file and run tenantry up --only ${name}`,
    );
  }
}

/** By what the tenant would be: a default that is written out is the same tenant. */
function saysSame(
  { spec, tenant }: { readonly spec: TenantSpec; readonly tenant: Tenant },
  field: keyof TenantSpec,
  asked: TenantSpec,
  { stack }: Project,
): boolean {
  return isDeepStrictEqual(resolve({ ...spec, [field]: asked[field] }, stack), tenant);
}

function refuseLeft({ name, lifecycle }: Tenant): void {
  const { state } = lifecycle;
  if (state === "suspended") {
    throw new RunFailure("badInput", `${name} is suspended; start it again by tenantry resume ${name}`);
  }
  if (state !== "active") {
    throw new RunFailure(
      "badInput",
      `${name} is ${state}: its data is kept under its name and id; choose another name, or end its life by tenantry offboard and tenantry purge first`,
    );
  }
}
