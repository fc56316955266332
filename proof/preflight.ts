/**
 * Asked before the first resource is registered: are these the right cluster, account and Vault, do they answer, and
 * is any name that we are about to use a stranger's? Reads only (R102).
 */

import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { BoundRole } from "../model/roles";
import { roleRules } from "../model/roles";
import type { Tenant } from "../model/tenant";
import type { Connections, VaultReader } from "./connect";
import { itemsOf, vaultNamespacesOf, type LiveObject, type LiveVaultNamespace } from "./documents";
import { AWS_TIMEOUTS } from "./live/aws";
import { ReadError, type Reader } from "./reader";

export interface Problem {
  readonly kind: "unreachable" | "credentials" | "conflict" | "missing";
  /** What, why, and what to do. */
  readonly message: string;
}

/** Every problem, one a line behind its kind, and that nothing was changed. */
export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [
    ...problems.map(({ kind, message }) => `${kind}: ${message}`),
    `${count} before the run; nothing was changed`,
  ].join("\n");
}

/** Every problem of all three systems. */
export async function preflight(tenants: readonly Tenant[], connections: Connections): Promise<Problem[]> {
  const { platform } = connections;
  const found = await Promise.all([
    askKubernetes(tenants, platform, connections),
    askVault(tenants, connections),
    askAws(platform),
  ]);
  return found.flat();
}

async function askKubernetes(
  tenants: readonly Tenant[],
  platform: Platform,
  connections: Connections,
): Promise<Problem[]> {
  let cluster: Reader;
  try {
    cluster = await connections.kubernetes();
    await cluster.get("/readyz");
  } catch (error) {
    return [unanswered("the API server", "KUBECONFIG and that the cluster runs", error)];
  }
  try {
    const [namespaces, classes, roles, velero] = await Promise.all([
      cluster.get("/api/v1/namespaces").then(itemsOf),
      cluster.get("/apis/storage.k8s.io/v1/storageclasses").then(itemsOf),
      cluster
        .get(`/apis/rbac.authorization.k8s.io/v1/clusterroles?labelSelector=${labels.PLATFORM}`)
        .then(itemsOf),
      cluster.get("/apis/velero.io/v1").catch(absent),
    ]);
    return judgeCluster(tenants, platform, { namespaces, classes, roles, velero });
  } catch (error) {
    return [unanswered("the API server", "the rights of the kubeconfig's user", error)];
  }
}

export interface LiveCluster {
  readonly namespaces: readonly LiveObject[];
  readonly classes: readonly LiveObject[];
  readonly roles: readonly LiveObject[];
  /** What the API server serves of velero.io/v1; undefined where it knows no such group. */
  readonly velero: unknown;
}

/** What stands in the way on the cluster. */
export function judgeCluster(tenants: readonly Tenant[], platform: Platform, live: LiveCluster): Problem[] {
  const uid = live.namespaces.find(({ metadata }) => metadata.name === "kube-system")?.metadata.uid;
  if (uid !== platform.clusterUid) {
    const message = `the kubeconfig leads to another cluster than the platform stack: kube-system has the UID ${uid ?? "none"}, not ${platform.clusterUid}; check KUBECONFIG, or run the platform stack on this cluster first`;
    return [{ kind: "conflict", message }];
  }
  const problems: Problem[] = [];
  const served = JSON.stringify(live.velero ?? "");
  for (const kind of ["BackupStorageLocation", "Schedule"]) {
    if (!served.includes(`"kind":"${kind}"`)) {
      problems.push({
        kind: "missing",
        message: `the cluster does not know the kind velero.io/v1 ${kind}; install Velero's CRDs`,
      });
    }
  }
  const roleNames = new Set(live.roles.map(({ metadata }) => metadata.name));
  for (const role of (Object.keys(roleRules) as BoundRole[]).map(names.clusterRoleName)) {
    if (!roleNames.has(role)) {
      problems.push({
        kind: "missing",
        message: `ClusterRole ${role} is missing; run: pulumi up --stack platform --refresh`,
      });
    }
  }
  for (const tenant of tenants) {
    for (const { name } of tenant.namespaces) {
      problems.push(
        ...judgeOwner(
          "namespace",
          live.namespaces.find(({ metadata }) => metadata.name === name),
          tenant,
        ),
      );
    }
    const storageClass = names.storageClassName(tenant.name);
    problems.push(
      ...judgeOwner(
        "StorageClass",
        live.classes.find(({ metadata }) => metadata.name === storageClass),
        tenant,
      ),
    );
  }
  return problems;
}

function judgeOwner(what: string, object: LiveObject | undefined, tenant: Tenant): Problem[] {
  if (object === undefined) {
    return [];
  }
  const { name, labels: found, deletionTimestamp, finalizers } = object.metadata;
  if (found[labels.TENANT] !== tenant.id) {
    const message = `${what} ${name} exists and is not tenant ${tenant.name}'s (no label ${labels.TENANT}=${tenant.id}); it is not adopted: remove it or name the tenant otherwise`;
    return [{ kind: "conflict", message }];
  }
  const spec = object["spec"] as { finalizers?: string[] } | undefined;
  const holding = [...finalizers, ...(spec?.finalizers ?? [])].join(", ") || "none left";
  const message = `${what} ${name} of tenant ${tenant.name} is being deleted (finalizers: ${holding}); wait until it is gone, then run again`;
  return deletionTimestamp === undefined ? [] : [{ kind: "conflict", message }];
}

/** OpenBao before 2.6.2 let namespaces reach into each other. */
const OPENBAO_FLOOR = [2, 6, 2] as const;

async function askVault(tenants: readonly Tenant[], connections: Connections): Promise<Problem[]> {
  let vault: VaultReader;
  try {
    vault = connections.vault();
  } catch (error) {
    return [unanswered("Vault", "VAULT_ADDR and VAULT_TOKEN", error)];
  }
  try {
    const health = (await vault.get("sys/health?standbyok=true&sealedcode=200&uninitcode=200")) as LiveHealth;
    const unfit = judgeHealth(vault.address, health);
    if (unfit.length > 0) {
      return unfit;
    }
  } catch (error) {
    return [unanswered(`Vault at ${vault.address}`, "VAULT_ADDR and that it runs", error)];
  }
  try {
    await vault.get("auth/token/lookup-self");
    const namespaces = await vault.get("sys/namespaces?list=true").then(vaultNamespacesOf, noneIfAbsent);
    return judgeVaultNamespaces(tenants, namespaces);
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

export interface LiveHealth {
  readonly initialized?: boolean;
  readonly sealed?: boolean;
  readonly version?: string;
}

/** Whether the server is fit to be asked at all. */
export function judgeHealth(address: string, { initialized, sealed, version = "" }: LiveHealth): Problem[] {
  if (initialized === false) {
    return [
      { kind: "unreachable", message: `Vault at ${address} is not initialised; run its operator init` },
    ];
  }
  if (sealed === true) {
    return [{ kind: "unreachable", message: `Vault at ${address} is sealed; unseal it, then run again` }];
  }
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  // Vault Enterprise carries a suffix and a count of its own.
  if (major === undefined || version.includes("+ent")) {
    return [];
  }
  const parts = [major, minor, patch].map(Number);
  const older = OPENBAO_FLOOR.findIndex((floor, index) => parts[index] !== floor);
  return older !== -1 && (parts[older] ?? 0) < (OPENBAO_FLOOR[older] ?? 0)
    ? [
        {
          kind: "conflict",
          message: `Vault at ${address} is version ${version}; before ${OPENBAO_FLOOR.join(".")} namespaces of OpenBao could reach into each other: upgrade it`,
        },
      ]
    : [];
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

async function askAws({ aws }: Platform): Promise<Problem[]> {
  const options = { region: aws.region, maxAttempts: 2, requestHandler: AWS_TIMEOUTS };
  try {
    const { Account } = await new STSClient(options).send(new GetCallerIdentityCommand({}));
    if (Account !== aws.accountId) {
      const message = `the AWS credentials are of account ${Account ?? "none"}, and the platform is in ${aws.accountId}; set those of the right account`;
      return [{ kind: "credentials", message }];
    }
  } catch (error) {
    const kind = isNetworkError(error) ? "unreachable" : "credentials";
    return [
      {
        kind,
        message: `AWS does not take the credentials: ${textOf(error)}; set AWS_PROFILE or AWS_ACCESS_KEY_ID`,
      },
    ];
  }
  try {
    await new S3Client({ ...options, forcePathStyle: true }).send(
      new HeadBucketCommand({ Bucket: aws.backupBucket }),
    );
    return [];
  } catch (error) {
    return [
      {
        kind: "missing",
        message: `the backup bucket ${aws.backupBucket} does not answer: ${textOf(error)}; run: pulumi up --stack platform`,
      },
    ];
  }
}

function unanswered(who: string, check: string, error: unknown): Problem {
  const status = error instanceof ReadError ? error.status : 0;
  const refused = status === 401 || status === 403;
  return {
    kind: refused ? "credentials" : "unreachable",
    message: `${who} ${refused ? "refuses the credentials" : "does not answer"}: ${textOf(error)}; check ${check}`,
  };
}

/** AWS answers a HEAD without a body: there the status is all that is known. */
function textOf(error: unknown): string {
  const { $metadata: { httpStatusCode = 0 } = {} } = error as { $metadata?: { httpStatusCode?: number } };
  if (error instanceof Error && error.message === "UnknownError" && httpStatusCode > 0) {
    return `it answered ${httpStatusCode}`;
  }
  return error instanceof Error ? error.message || error.name : String(error);
}

function isNetworkError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^E[A-Z]+$/.test(String(error.code));
}

function absent(error: unknown): undefined {
  if (error instanceof ReadError && error.status === 404) {
    return undefined;
  }
  throw error;
}

function noneIfAbsent(error: unknown): ReadonlyMap<string, LiveVaultNamespace> {
  absent(error);
  return new Map();
}
