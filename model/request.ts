/**
 * What a team may ask of the platform: a file in a folder that the team writes, which becomes a tenant's file once it is
 * accepted (R15, R16). Its fields are those of a tenant's file, of which most are not for the asking.
 */

import { z } from "zod";
import { faultsBetween } from "./between";
import { readDocument, type TenantDocument } from "./document";
import { shown, type Fault } from "./fault";
import { sentences } from "./issue";
import { judge } from "./judge";
import type { TenantList } from "./read";
import { line, tenantSchema, type Tenant, type TenantSpec } from "./tenant";

/** Fields of a tenant that may be asked for; how far, the platform's policy says. */
export const requestFields = [
  "name",
  "displayName",
  "owners",
  "contacts",
  "tier",
  "environments",
  "access",
  "quota",
  "network",
] as const satisfies readonly (keyof TenantSpec)[];

/** Says why, for whoever decides; no tenant's file holds it. */
const REASON = "reason";
const reasonSchema = z.object({ [REASON]: line(500).optional() });
/** What only the platform's people may say. */
export const WITHHELD = "is for the platform's people to say; leave it out, and ask them";
/** Stands for the id that a tenant gets when its request is accepted. */
const NO_ID = "00000000-0000-4000-8000-000000000000";

/** A request that would be a legal tenant; whether it is granted is the policy's to say. */
export interface TenantRequest {
  readonly document: TenantDocument;
  readonly fields: Pick<TenantSpec, (typeof requestFields)[number]>;
  /** What the fields mean once the tier has filled the gaps; its id stands for none. */
  readonly tenant: Tenant;
  readonly reason?: string;
  /** A fault for each field of a tenant that is not for the asking. */
  readonly withheld: readonly Fault[];
}

/**
 * Reads a request as strictly as a tenant's file.
 *
 * @param list the tenants that are there already, of which none may have what the request asks for.
 * @returns the request, or every fault in it.
 */
export function readRequest(bytes: Uint8Array, file: string, list: TenantList): TenantRequest | Fault[] {
  const document = readDocument(bytes, file);
  if (Array.isArray(document)) {
    return document;
  }
  const { withheld, asked } = parted(document);
  const value = { ...asked, id: NO_ID };
  const { spec, tenant, wrong } = judge(value, file, list.name);
  const claimants = list.read.map((tenantFile) => ({ document: tenantFile.document, wrong: [] }));
  const taken = list.tenants.find(({ name }) => name === tenant.name);
  const faults = [
    ...wrong.map((sentence) => document.fault(sentence.path, sentence.message, sentence.onKey)),
    ...reasonFaults(document),
    ...(taken === undefined
      ? faultsBetween([...claimants, { document: { ...document, value }, wrong }])
      : [document.fault(["name"], `${shown(taken.name)} is a tenant of the list ${list.name} already`)]),
  ];
  if (faults.length > 0) {
    return [...faults, ...withheld];
  }
  const { reason } = reasonSchema.parse(document.value);
  return { document, fields: fieldsOf(spec), tenant, reason, withheld };
}

/** What is asked for, and a fault for each field that is not for the asking. */
function parted(document: TenantDocument): { readonly asked: object; readonly withheld: readonly Fault[] } {
  const fields = Object.entries(document.value);
  const isWithheld = (field: string) =>
    Object.hasOwn(tenantSchema.shape, field) && !requestFields.some((allowed) => allowed === field);
  return {
    asked: Object.fromEntries(fields.filter(([field]) => field !== REASON && !isWithheld(field))),
    withheld: fields.flatMap(([field]) =>
      isWithheld(field) ? [document.fault([field], WITHHELD, true)] : [],
    ),
  };
}

function reasonFaults(document: TenantDocument): Fault[] {
  const read = reasonSchema.safeParse(document.value);
  return (read.error?.issues ?? [])
    .flatMap((issue) => sentences(issue, document.value, () => [REASON]))
    .map(({ path, message }) => document.fault(path, message));
}

function fieldsOf(spec: TenantSpec): TenantRequest["fields"] {
  const said = requestFields.filter((field) => spec[field] !== undefined);
  return Object.fromEntries(said.map((field) => [field, spec[field]])) as unknown as TenantRequest["fields"];
}
