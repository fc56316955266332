/** Judges the logins of the tenant's namespaces to Vault: one ServiceAccount of one namespace each (R62). */

import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { tokenReview, VAULT_AUDIENCE, vaultLogin } from "../../model/vault";
import type { Bench } from "../ledger";
import { missing, type Reader } from "../reader";

const keys = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const config = z.object({ data: z.looseObject({ kubernetes_host: z.string() }) });
const role = z.object({
  data: z.object({
    bound_service_account_names: z.array(z.string()),
    bound_service_account_namespaces: z.array(z.string()),
    audience: z.string().nullish(),
    token_policies: z.array(z.string()).default([]),
    token_no_default_policy: z.boolean().default(false),
    token_max_ttl: z.number().default(0),
    token_period: z.number().default(0),
  }),
});

/** Nobody's while the tenant does not run. @param vault reads inside the tenant's namespace. */
export async function judgeVaultLogins(
  tenant: Tenant,
  platform: Platform,
  vault: Reader,
  { expect }: Bench,
): Promise<void> {
  if (!presenceOf(tenant).runs) {
    return;
  }
  const mount = `auth/${names.VAULT_KUBERNETES_MOUNT}`;
  const at = `${names.vaultNamespace(tenant.id)}/${mount}`;
  const { kubernetesHost } = tokenReview(platform);
  const live = await vault.get(`${mount}/config`).then((answer) => config.parse(answer), missing);
  expect(
    at,
    live?.data.kubernetes_host === kubernetesHost,
    `asks ${live?.data.kubernetes_host ?? "nobody"} about tokens instead of ${kubernetesHost}`,
  );
  const listed = await vault.get(`${mount}/role?list=true`).then((answer) => keys.parse(answer), missing);
  const declared = tenant.namespaces.map((namespace) => vaultLogin(namespace).role);
  for (const name of (listed?.data.keys ?? []).filter((key) => !declared.includes(key))) {
    const other = await vault.get(`${mount}/role/${name}`).then((answer) => role.parse(answer), missing);
    const gone = isOfFormerEnvironment(tenant, name, other?.data.bound_service_account_namespaces ?? []);
    expect(`${at}/role/${name}`, gone, "is not declared");
  }
  for (const namespace of tenant.namespaces) {
    const login = vaultLogin(namespace);
    const object = `${at}/role/${login.role}`;
    const found = await vault
      .get(`${mount}/role/${login.role}`)
      .then((answer) => role.parse(answer), missing);
    expect(object, found !== undefined, "is missing");
    if (found === undefined) {
      continue;
    }
    const { data } = found;
    expect(
      object,
      isDeepStrictEqual(data.bound_service_account_names, [names.SECRET_READER]) &&
        isDeepStrictEqual(data.bound_service_account_namespaces, [namespace.name]),
      `lets in ${data.bound_service_account_namespaces.join(", ")}/${data.bound_service_account_names.join(", ")} instead of ${namespace.name}/${names.SECRET_READER}`,
    );
    expect(
      object,
      isDeepStrictEqual(data.token_policies, [login.policy]) && data.token_no_default_policy,
      `carries the policies ${data.token_policies.join(", ") || "none"} instead of ${login.policy}`,
    );
    expect(
      object,
      !platform.vault.inCluster || data.audience === VAULT_AUDIENCE,
      "takes tokens that are not made for Vault",
    );
    expect(
      object,
      data.token_max_ttl === tenant.secrets.tokenMaxTtl && data.token_period === 0,
      "gives tokens that live longer than declared",
    );
  }
}

/**
 * Whether a role lets in only a namespace that one of the tenant's environments had: the engine removes it after the
 * read-back, and nobody but the tenant can be in that namespace.
 */
function isOfFormerEnvironment(tenant: Tenant, role: string, namespaces: readonly string[]): boolean {
  const environment = /^external-secrets(?:-(.+))?$/.exec(role);
  return (
    environment !== null && isDeepStrictEqual(namespaces, [names.namespaceName(tenant.name, environment[1])])
  );
}
