/**
 * Reads the live servers after a run, never the state, and says which declared guardrail is missing or weaker than
 * declared. What must be there is worked out from the model, not from what the program declared (R102).
 */

import { presenceOf } from "../model/lifecycle";
import type { Tenant } from "../model/tenant";
import type { Connections, Environment } from "./connect";
import { Ledger, type Finding } from "./ledger";
import { judgeClusterBindings, judgeRoles } from "./live/access";
import { awsClients, judgeAws } from "./live/aws";
import { judgeBucket } from "./live/bucket";
import { judgeCredential, readCredential } from "./live/credential";
import { judgeKubernetes, readKinds } from "./live/kubernetes";
import { judgePlatform } from "./live/platform";
import { judgePolicies, readEnginePolicies } from "./live/policies";
import { judgeVault } from "./live/vault";
import { judgeVaultLogins } from "./live/vault-logins";

/** Tenants asked about at once. */
const WINDOW = 8;

export interface ReadBack {
  /** Guardrails that were looked at. */
  readonly checked: number;
  readonly findings: readonly Finding[];
}

/**
 * @param environment whose AWS credentials count; default: what the SDK finds in this process.
 * @throws ReadError where a server does not answer: no answer is no proof.
 */
export async function readBack(
  tenants: readonly Tenant[],
  connections: Connections,
  environment: Environment = {},
): Promise<ReadBack> {
  const { platform } = connections;
  const ledger = new Ledger();
  const cluster = await connections.kubernetes();
  const live = await readKinds(platform, cluster);
  const clients = awsClients(platform, environment);

  judgeRoles(live.clusterroles, ledger);
  judgeClusterBindings(live.clusterrolebindings, ledger);
  judgePlatform(platform, live, ledger);
  const enginepolicies = await readEnginePolicies(platform, cluster);
  judgePolicies(platform, { ...live, enginepolicies }, ledger);
  await judgeBucket(platform, clients, ledger);
  const waiting = [...tenants];
  const lane = async (): Promise<void> => {
    for (let tenant = waiting.shift(); tenant !== undefined; tenant = waiting.shift()) {
      judgeKubernetes(tenant, platform, live, ledger);
      if (presenceOf(tenant).stands) {
        judgeCredential(tenant, platform, await readCredential(tenant, platform, cluster), ledger);
      }
      if (tenant.secrets.engine === "vault") {
        const vault = connections.vault().within(tenant.id);
        await judgeVault(tenant, vault, ledger);
        await judgeVaultLogins(tenant, platform, vault, ledger.bench(tenant.name, "vault"));
      }
      await judgeAws(tenant, platform, clients, ledger);
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, lane));
  return { checked: ledger.checked, findings: ledger.findings };
}
