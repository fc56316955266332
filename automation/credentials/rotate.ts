/** Makes a tenant's credentials anew, and shows that the old ones are refused (R61, R90). */

import { presenceOf } from "../../model/lifecycle";
import type { Tenant } from "../../model/tenant";
import { boundRoles } from "../../model/roles";
import * as names from "../../model/names";
import {
  seeThemRefused,
  seeThemWork,
  type Canary,
  type TriedCredential,
  type UntriedCredential,
} from "./canaries";
import { tokenCanaries } from "./canary-tokens";
import { vaultCanaries } from "./canary-vault";
import { liveServers, type LiveServers } from "../live-servers";
import { operate, type Operation, type TenantOptions } from "../operation";
import { outFile, writeSecret } from "./out-file";
import { RunFailure } from "../outcome";
import { renewAccount } from "./rotate-accounts";
import { destroySecretIds, mintSecretIds, revokeTokens } from "./rotate-vault";
import { readTenant } from "../tenant-files";

/** What can be made anew: AppRoles' secret ids, tokens that Vault logins gave, tokens of the tenant's ServiceAccounts. */
export const rotatable = ["secret-ids", "tokens", "access"] as const;
export type Rotatable = (typeof rotatable)[number];

export interface RotateOptions extends TenantOptions {
  /** Default: everything. */
  readonly what?: readonly Rotatable[];
  /** Seconds that each wait may take; default 60: servers remember a good answer for some seconds. */
  readonly timeoutSeconds?: number;
}

export interface Rotation {
  readonly tenant: string;
  readonly rotated: readonly Rotatable[];
  /** Where the new secret ids lie, each wrapped: opens once, and within the hour. */
  readonly file?: string;
  /** Old credentials: they worked, and are refused. */
  readonly tried: readonly TriedCredential[];
  readonly untried: readonly UntriedCredential[];
}

/** Seconds that a wrapped secret id waits for whoever is to have it. */
const WRAPPED_TTL = 3600;
const DEFAULT_TIMEOUT_SECONDS = 60;

/**
 * Credentials of the kinds that are rotated are taken and used before; afterwards each of them must be refused.
 *
 * @throws RunFailure `badInput` for a tenant that does not run, `timeout` naming the credentials that still work.
 */
export function rotate(options: RotateOptions): Promise<Rotation> {
  const {
    tenant: name,
    what = rotatable,
    timeoutSeconds: seconds = DEFAULT_TIMEOUT_SECONDS,
    signal,
  } = options;
  return operate(options, { activity: "rotate", tenant: name }, async (operation) => {
    const tenant = readTenant(options, name);
    const kinds = kindsFor(tenant, what);
    const servers = await liveServers(options);
    const { live, untried } = await operation.step(
      "kubernetes",
      "use the credentials while they work",
      async () => seeThemWork(await canaries(tenant, kinds, servers)),
      ({ live: working }) => ({ working: working.length }),
    );
    const file = await endAll(operation, options, tenant, kinds, servers);
    const tried = await operation.step(
      "kubernetes",
      "use the same credentials again",
      () => seeThemRefused(live, { seconds, signal }),
      (all) => ({ refused: all.map(({ credential }) => credential) }),
    );
    return { tenant: name, rotated: kinds, ...(file !== undefined && { file }), tried, untried };
  });
}

/**
 * What of it the tenant has.
 *
 * @throws RunFailure `badInput` where the tenant does not run.
 */
export function kindsFor(tenant: Tenant, what: readonly Rotatable[]): Rotatable[] {
  if (!presenceOf(tenant).runs) {
    const { state } = tenant.lifecycle;
    throw new RunFailure("badInput", `${tenant.name} is ${state}, and has no credentials; resume it first`);
  }
  return what.filter((kind) => kind === "access" || tenant.secrets.engine === "vault");
}

/** Only of the kinds that end: another's refusal would be a fault. */
async function canaries(
  tenant: Tenant,
  kinds: readonly Rotatable[],
  servers: LiveServers,
): Promise<Canary[]> {
  const vault = kinds.some((kind) => kind !== "access")
    ? await vaultCanaries(tenant, servers.operator.vault)
    : [];
  return [
    ...(kinds.includes("access") ? await tokenCanaries(tenant, servers.operator.cluster) : []),
    ...vault.filter(
      ({ credential }) =>
        (kinds.includes("secret-ids") && credential.startsWith("secret id of ")) ||
        (kinds.includes("tokens") && credential.startsWith("Vault token of ")),
    ),
  ];
}

/** @returns the file of the new secret ids. */
async function endAll(
  operation: Operation,
  options: RotateOptions,
  tenant: Tenant,
  kinds: readonly Rotatable[],
  { operator }: LiveServers,
): Promise<string | undefined> {
  if (kinds.includes("secret-ids")) {
    await operation.step(
      "vault",
      "destroy the secret ids",
      () => destroySecretIds(tenant, operator.vault),
      (destroyed) => ({ destroyed }),
    );
  }
  if (kinds.includes("tokens")) {
    await operation.step("vault", "revoke the tokens of logins", () => revokeTokens(tenant, operator.vault));
  }
  if (kinds.includes("access")) {
    await operation.step(
      "kubernetes",
      "make the accounts anew",
      () => renewAll(tenant, operator),
      (accounts) => ({ accounts }),
    );
  }
  return kinds.includes("secret-ids")
    ? operation.step("vault", "mint new secret ids, wrapped", async () =>
        writeSecretIds(options, tenant, operator),
      )
    : undefined;
}

async function renewAll(tenant: Tenant, { cluster }: LiveServers["operator"]): Promise<string[]> {
  const renewed: string[] = [];
  for (const { name: namespace } of tenant.namespaces) {
    for (const account of boundRoles.map(names.accessAccount)) {
      if (await renewAccount(cluster, namespace, account)) {
        renewed.push(`${namespace}/${account}`);
      }
    }
  }
  return renewed;
}

async function writeSecretIds(
  options: RotateOptions,
  tenant: Tenant,
  { vault }: LiveServers["operator"],
): Promise<string> {
  const file = await outFile(options, `tenant-${tenant.name}.secret-ids.json`);
  const secretIds = await mintSecretIds(tenant, vault, WRAPPED_TTL);
  writeSecret(file, { namespace: names.vaultNamespace(tenant.id), secretIds });
  return file;
}
