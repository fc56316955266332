/** Asks Vault before a run: is it fit, does it take the token, is a tenant's namespace a stranger's? */

import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Tenant } from "../../model/tenant";
import type { Connections, VaultReader } from "../connect";
import {
  vaultHealthOf,
  vaultNamespacesOf,
  type LiveVaultHealth,
  type LiveVaultNamespace,
} from "../documents";
import { ReadError } from "../reader";
import { unanswered, type Problem } from "./problem";

/** Each parameter makes a node that is up answer with 200: what it says is judged, not its status. */
const HEALTH = "sys/health?standbyok=true&perfstandbyok=true&sealedcode=200&uninitcode=200";

export async function askVault(tenants: readonly Tenant[], connections: Connections): Promise<Problem[]> {
  let vault: VaultReader;
  try {
    vault = connections.vault();
  } catch (error) {
    return [unanswered("Vault", "VAULT_ADDR and VAULT_TOKEN", error)];
  }
  try {
    const unfit = judgeHealth(vault.address, vaultHealthOf(await vault.get(HEALTH)));
    if (unfit.length > 0) {
      return unfit;
    }
  } catch (error) {
    return [unanswered(`Vault at ${vault.address}`, "VAULT_ADDR and that it runs", error)];
  }
  try {
    await vault.get("auth/token/lookup-self");
    const namespaces = await vault
      .get("sys/namespaces?list=true")
      .then(vaultNamespacesOf, (error: unknown) => withoutNamespaces(vault.address, error));
    return Array.isArray(namespaces) ? namespaces : judgeVaultNamespaces(tenants, namespaces);
  } catch (error) {
    return [
      unanswered(
        `Vault at ${vault.address}`,
        "VAULT_TOKEN: it may have expired, or lack rights on sys/namespaces",
        error,
      ),
    ];
  }
}

/** An empty list is answered with 404 and not a word; a server that has no such path says so. */
function withoutNamespaces(
  address: string,
  error: unknown,
): Problem[] | ReadonlyMap<string, LiveVaultNamespace> {
  if (!(error instanceof ReadError) || error.status !== 404) {
    throw error;
  }
  const message = `Vault at ${address} has no namespaces (${error.said}), and every tenant gets one; use OpenBao ${OPENBAO_FLOOR} or later, or Vault Enterprise`;
  return error.said === "" ? new Map() : [{ kind: "missing", message }];
}

/** OpenBao before 2.6.2 let namespaces reach into each other. */
const OPENBAO_FLOOR = "2.6.2";

/** Whether the server is fit to be asked at all; undefined is an answer that no Vault gives. */
export function judgeHealth(address: string, health: LiveVaultHealth | undefined): Problem[] {
  if (health === undefined) {
    const message = `what answers at ${address} is no Vault: its health is not what Vault says of itself; check VAULT_ADDR and what stands before it`;
    return [{ kind: "unreachable", message }];
  }
  const { initialized, sealed, version } = health;
  if (!initialized) {
    return [
      { kind: "unreachable", message: `Vault at ${address} is not initialised; run its operator init` },
    ];
  }
  if (sealed) {
    return [{ kind: "unreachable", message: `Vault at ${address} is sealed; unseal it, then run again` }];
  }
  return isBeforeFloor(version)
    ? [
        {
          kind: "conflict",
          message: `Vault at ${address} is version ${version}; before ${OPENBAO_FLOOR} namespaces of OpenBao could reach into each other: upgrade it`,
        },
      ]
    : [];
}

/** As semantic versioning orders them: a pre-release comes before its release, and a build suffix counts for nothing. */
function isBeforeFloor(version: string): boolean {
  const [, major, minor, patch, preRelease, build = ""] =
    /^(\d+)\.(\d+)\.(\d+)(-[^+]+)?(?:\+(.+))?$/.exec(version) ?? [];
  // Vault Enterprise counts its versions for itself, and its namespaces never had the fault.
  if (major === undefined || build.split(".").includes("ent")) {
    return false;
  }
  const parts = [major, minor, patch].map(Number);
  const floor = OPENBAO_FLOOR.split(".").map(Number);
  const differing = floor.findIndex((number, index) => parts[index] !== number);
  return differing === -1 ? preRelease !== undefined : (parts[differing] ?? 0) < (floor[differing] ?? 0);
}

/** A create on a path that exists is answered with 200: without this it would take a stranger's namespace over. */
export function judgeVaultNamespaces(
  tenants: readonly Tenant[],
  live: ReadonlyMap<string, LiveVaultNamespace>,
): Problem[] {
  return tenants.flatMap((tenant): Problem[] => {
    const path = names.vaultNamespace(tenant.id);
    const found = live.get(path);
    if (found === undefined) {
      return [];
    }
    if (found.tainted) {
      return [
        {
          kind: "conflict",
          message: `Vault namespace ${path} of tenant ${tenant.name} is still being deleted; wait until it is gone, then run again`,
        },
      ];
    }
    const ours =
      found.metadata[labels.VAULT_OWNER] === tenant.list &&
      found.metadata[labels.VAULT_TENANT] === tenant.name;
    const message = `Vault namespace ${path} exists and is not tenant ${tenant.name}'s of the list ${tenant.list}; it is not adopted: find out whose it is, or give the tenant a new id`;
    return ours ? [] : [{ kind: "conflict", message }];
  });
}
