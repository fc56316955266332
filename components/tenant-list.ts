import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../model/platform";
import type { Tenant as TenantModel } from "../model/tenant";
import type { FoundKey } from "./encryption";
import { Tenant, type TenantOutputs } from "./tenant";

/** Tenants in flight at once. More cost memory and gain nothing: the engine works on sixteen resources at a time. */
const WINDOW = 8;

/**
 * Declares every tenant of a list, a window of them at a time; done when the engine is done with the last.
 *
 * @param keys of tenants that have theirs in AWS already, by tenant id.
 * @returns the outputs by tenant name.
 */
export async function declareTenants(
  tenants: readonly TenantModel[],
  platform: Platform,
  providers: pulumi.ProviderResource[],
  keys: ReadonlyMap<string, FoundKey> = new Map(),
): Promise<Record<string, TenantOutputs>> {
  const outputs: Record<string, TenantOutputs> = {};
  const waiting = [...tenants];
  const lane = async (): Promise<void> => {
    for (let tenant = waiting.shift(); tenant !== undefined; tenant = waiting.shift()) {
      const declared = new Tenant(tenant.name, { tenant, platform, key: keys.get(tenant.id) }, { providers });
      outputs[tenant.name] = declared.outputs;
      await declared.registered;
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, lane));
  return outputs;
}
