/** Takes a tenant's credentials, has the program shut the tenant out, and sees each credential refused (R85, R89). */

import type { Tenant } from "../../model/tenant";
import { endGrants } from "../credentials/break-glass-grants";
import {
  seeThemRefused,
  seeThemWork,
  type Canary,
  type TriedCredential,
  type UntriedCredential,
} from "../credentials/canaries";
import { sessionCanaries } from "../credentials/canary-session";
import { tokenCanaries } from "../credentials/canary-tokens";
import { vaultCanaries } from "../credentials/canary-vault";
import { operatorEnvironment } from "../identity";
import type { LiveServers } from "../live-servers";
import type { Operation } from "../operation";
import type { Patience } from "../waiting";
import type { Project } from "../workspace";

export interface Trials {
  readonly tried: readonly TriedCredential[];
  /** Those that did not work before; with a tenant that is shut out already there are none of either. */
  readonly untried: readonly UntriedCredential[];
}

/**
 * Uses the tenant's credentials, does `work`, and uses them again.
 *
 * @throws RunFailure `timeout` naming the credentials that still work.
 */
export async function shuttingOut(
  operation: Operation,
  tenant: Tenant,
  servers: LiveServers,
  project: Project,
  patience: Patience,
  work: () => Promise<void>,
): Promise<Trials> {
  const { live, untried } = await operation.step(
    "kubernetes",
    "use the tenant's credentials while they work",
    async () => seeThemWork(await canariesOf(tenant, servers, project)),
    ({ live: working, untried: others }) => ({ working: working.length, untried: others.length }),
  );
  for (const { credential, why } of untried) {
    operation.note(`${credential} does not work, so that its refusal will prove nothing: ${why}`);
  }
  await operation.step(
    "kubernetes",
    "end break-glass grants",
    () => endGrants(servers.operator.cluster, tenant),
    (ended) => ({ ended }),
  );
  await work();
  const tried = await operation.step(
    "kubernetes",
    "use the same credentials again",
    () => seeThemRefused(live, patience),
    (all) => ({ refused: all.map(({ credential }) => credential) }),
  );
  return { tried, untried };
}

/** What stands no more, because an earlier run took it away, gives no canary. */
async function canariesOf(tenant: Tenant, servers: LiveServers, project: Project): Promise<Canary[]> {
  const { platform, operator } = servers;
  return [
    ...(await tokenCanaries(tenant, operator.cluster)),
    ...(await vaultCanaries(tenant, operator.vault)),
    ...(await sessionCanaries(tenant, platform, operator.cluster, operatorEnvironment(project))),
  ];
}
