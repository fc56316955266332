/**
 * Asked before the first resource is registered: are these the right cluster, account and Vault, do they answer, and
 * is any name that we are about to use a stranger's? Reads only (R102).
 */

import type { Tenant } from "../model/tenant";
import type { Connections } from "./connect";
import { askAws } from "./preflight/aws";
import { askKubernetes } from "./preflight/kubernetes";
import type { Problem } from "./preflight/problem";
import { askVault } from "./preflight/vault";

export { formatProblems, type Problem } from "./preflight/problem";

/** Every problem of all three systems. */
export async function preflight(tenants: readonly Tenant[], connections: Connections): Promise<Problem[]> {
  const found = await Promise.all([
    askKubernetes(tenants, connections),
    askVault(tenants, connections),
    askAws(tenants, connections.platform),
  ]);
  return found.flat();
}
