/** What in a stack may not be deleted. */

import type { Deployment } from "@pulumi/pulumi/automation";
import { z } from "zod";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  parent: z.string().optional(),
  protect: z.boolean().optional(),
});
const deployment = z.object({ resources: z.array(resource).optional() });

const TENANT_TYPE = "tenantry:index:Tenant";

/** The resources of an exported stack. */
export function resourcesOf(exported: Deployment): z.output<typeof resource>[] {
  return deployment.parse(exported.deployment).resources ?? [];
}

/** URNs of the protected resources of an exported stack. */
export function protectedResources(exported: Deployment): string[] {
  return resourcesOf(exported)
    .filter(({ protect }) => protect === true)
    .map(({ urn }) => urn);
}

/** Names of the tenants of an exported stack that hold anything protected. */
export function protectedTenants(exported: Deployment): string[] {
  const byUrn = new Map(resourcesOf(exported).map((entry) => [entry.urn, entry]));
  const tenantOf = (urn: string | undefined): string | undefined => {
    const entry = byUrn.get(urn ?? "");
    return entry?.type === TENANT_TYPE ? entry.urn.split("::").at(-1) : entry && tenantOf(entry.parent);
  };
  const names = protectedResources(exported).map(tenantOf);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}
