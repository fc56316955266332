/** What in a stack may not be deleted. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Deployment } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { openStack, type Project } from "../workspace";

const execute = promisify(execFile);

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
  const tenantOf = tenantsOf(exported);
  const names = protectedResources(exported).map(tenantOf);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/**
 * Lifts the protection of a tenant's resources in the state of its stack, and nowhere else: the one way by which the data
 * of a tenant that has left may go (R89). A run while the file is still there protects it again, so that an interrupted
 * purge leaves nothing open.
 *
 * @returns the URNs that were protected.
 */
export async function releaseProtection(project: Project, tenant: string): Promise<string[]> {
  const { workspace, name } = await openStack(project);
  const exported = await workspace.exportStack(name);
  const tenantOf = tenantsOf(exported);
  const urns = protectedResources(exported).filter((urn) => tenantOf(urn) === tenant);
  if (urns.length > 0) {
    const command = ["state", "unprotect", ...urns, "--yes", "--stack", name, "--non-interactive"];
    const env = { ...process.env, ...workspace.envVars };
    await execute(workspace.pulumiCommand.command, command, { cwd: workspace.workDir, env });
  }
  return urns;
}

/** The tenant that a resource of an exported stack belongs to, by its parents. */
function tenantsOf(exported: Deployment): (urn: string | undefined) => string | undefined {
  const byUrn = new Map(resourcesOf(exported).map((entry) => [entry.urn, entry]));
  const tenantOf = (urn: string | undefined): string | undefined => {
    const entry = byUrn.get(urn ?? "");
    return entry?.type === TENANT_TYPE ? entry.urn.split("::").at(-1) : entry && tenantOf(entry.parent);
  };
  return tenantOf;
}
