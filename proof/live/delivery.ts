/** Judges the delivery of secrets: stores and ServiceAccounts lead to this tenant's secrets and role only (R62, R67). */

import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant, TenantNamespace } from "../../model/tenant";
import { vaultLogin } from "../../model/vault";
import { named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import { says } from "./subset";

export function judgeDelivery(
  tenant: Tenant,
  namespace: TenantNamespace,
  platform: Platform,
  live: { readonly serviceaccounts: readonly LiveObject[]; readonly secretstores: readonly LiveObject[] },
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "secrets");
  const { runs } = presenceOf(tenant);
  for (const account of runs ? [names.SECRET_READER, names.WORKLOAD] : [names.WORKLOAD]) {
    const object = `ServiceAccount ${namespace.name}/${account}`;
    expect(object, named(live.serviceaccounts, account) !== undefined, "is missing");
  }
  const own = names.roleArn(platform.aws, names.workloadRoleName(tenant.id));
  for (const { metadata } of live.serviceaccounts) {
    const role = metadata.annotations[names.ROLE_ARN_ANNOTATION];
    expect(
      `ServiceAccount ${namespace.name}/${metadata.name}`,
      role === undefined || role === own,
      `takes on ${String(role)}, which is not the tenant's role`,
    );
  }
  if (!platform.cluster.externalSecrets) {
    return;
  }
  const object = (name: string) => `SecretStore ${namespace.name}/${name}`;
  const store = named(live.secretstores, names.SECRET_STORE);
  expect(object(names.SECRET_STORE), store !== undefined || !runs, "is missing");
  for (const other of live.secretstores) {
    const ours =
      other === store && says(other["spec"], { provider: providerOf(tenant, namespace, platform) });
    expect(object(other.metadata.name), ours, "leads elsewhere than to the tenant's own secrets");
  }
}

function providerOf(tenant: Tenant, namespace: TenantNamespace, platform: Platform) {
  const serviceAccountRef = { name: names.SECRET_READER };
  if (tenant.secrets.engine === "aws-secrets-manager") {
    const prefix = names.managedSecretName(tenant.id, "");
    return { aws: { service: "SecretsManager", prefix, auth: { jwt: { serviceAccountRef } } } };
  }
  const at = [platform.vaultNamespace, names.vaultNamespace(tenant.id)].filter((part) => part !== "");
  return {
    vault: {
      server: platform.vaultAddress,
      namespace: at.join("/"),
      path: names.VAULT_KV_MOUNT,
      auth: { kubernetes: { role: vaultLogin(namespace).role, serviceAccountRef } },
    },
  };
}
