/** What in a stack may not be deleted. */

import type { Deployment } from "@pulumi/pulumi/automation";
import { z } from "zod";

const deployment = z.object({
  resources: z.array(z.object({ urn: z.string(), protect: z.boolean().optional() })).optional(),
});

/** URNs of the protected resources of an exported stack. */
export function protectedResources(exported: Deployment): string[] {
  const { resources = [] } = deployment.parse(exported.deployment);
  return resources.filter(({ protect }) => protect === true).map(({ urn }) => urn);
}
