/** Asks the cluster before a run: is it the right one, does it know the kinds, is a name a stranger's? */

import * as labels from "../../model/labels";
import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { BoundRole } from "../../model/roles";
import { roleRules } from "../../model/roles";
import type { Tenant } from "../../model/tenant";
import type { ClusterReader, Connections } from "../connect";
import { itemsOf, named, type LiveObject } from "../documents";
import { missing } from "../reader";
import { unanswered, type Problem } from "./problem";

export async function askKubernetes(
  tenants: readonly Tenant[],
  connections: Connections,
): Promise<Problem[]> {
  let cluster: ClusterReader;
  try {
    cluster = await connections.kubernetes();
    await cluster.get("/readyz");
    if (await cluster.mayEverything()) {
      return [{ kind: "credentials", message: ADMINISTRATOR }];
    }
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
      cluster.get("/apis/velero.io/v1").catch(missing),
    ]);
    return judgeCluster(tenants, connections.platform, { namespaces, classes, roles, velero });
  } catch (error) {
    return [unanswered("the API server", "the rights of the kubeconfig's user", error)];
  }
}

/** Whoever may change a tenant's file would otherwise change the whole cluster (R4). */
const ADMINISTRATOR =
  "the kubeconfig's user may do everything in the cluster, and a tenant list runs as the provisioner; get its token: kubectl create token provisioner -n tenantry-system (docs/provisioner.md)";

export interface LiveCluster {
  readonly namespaces: readonly LiveObject[];
  readonly classes: readonly LiveObject[];
  readonly roles: readonly LiveObject[];
  /** What the API server serves of velero.io/v1; undefined where it knows no such group. */
  readonly velero: unknown;
}

/** What stands in the way on the cluster. */
export function judgeCluster(tenants: readonly Tenant[], platform: Platform, live: LiveCluster): Problem[] {
  const uid = named(live.namespaces, "kube-system")?.metadata.uid;
  if (uid !== platform.clusterUid) {
    const message = `the kubeconfig leads to another cluster than the platform stack: kube-system has the UID ${uid ?? "none"}, not ${platform.clusterUid}; check KUBECONFIG, or run the platform stack on this cluster first`;
    return [{ kind: "conflict", message }];
  }
  return [
    ...missingKinds(live),
    ...missingRoles(live),
    // A tenant that has left gives the names of its namespaces back.
    ...tenants
      .filter((tenant) => presenceOf(tenant).stands)
      .flatMap((tenant) => [
        ...tenant.namespaces.flatMap(({ name }) =>
          judgeOwner("namespace", named(live.namespaces, name), tenant),
        ),
        ...judgeOwner("StorageClass", named(live.classes, names.storageClassName(tenant.name)), tenant),
      ]),
  ];
}

function missingKinds({ velero }: LiveCluster): Problem[] {
  const served = JSON.stringify(velero ?? "");
  return ["BackupStorageLocation", "Schedule"]
    .filter((kind) => !served.includes(`"kind":"${kind}"`))
    .map((kind) => ({
      kind: "missing",
      message: `the cluster does not know the kind velero.io/v1 ${kind}; install Velero's CRDs`,
    }));
}

function missingRoles({ roles }: LiveCluster): Problem[] {
  return (Object.keys(roleRules) as BoundRole[])
    .map(names.clusterRoleName)
    .filter((role) => named(roles, role) === undefined)
    .map((role) => ({
      kind: "missing",
      message: `ClusterRole ${role} is missing; run: pulumi up --stack platform --refresh`,
    }));
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
