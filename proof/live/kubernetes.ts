/** Judges the live cluster: every declared object of a tenant, and nothing beside them that opens it. */

import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import { judgeAccess } from "./access";
import { judgeBackup } from "./backup";
import { judgeFairness } from "./fairness";
import { judgeNamespace } from "./namespace";
import { judgeNetwork } from "./network";
import { judgeReach } from "./reach";
import { judgeReconciler } from "./reconciler";
import { judgeStorage } from "./storage";

/** What the read-back lists, each kind once for the whole list. */
export interface LiveKinds {
  readonly namespaces: readonly LiveObject[];
  readonly resourcequotas: readonly LiveObject[];
  readonly limitranges: readonly LiveObject[];
  readonly networkpolicies: readonly LiveObject[];
  readonly rolebindings: readonly LiveObject[];
  readonly serviceaccounts: readonly LiveObject[];
  readonly clusterrolebindings: readonly LiveObject[];
  readonly storageclasses: readonly LiveObject[];
  readonly clusterroles: readonly LiveObject[];
  readonly priorityclasses: readonly LiveObject[];
  readonly backupstoragelocations: readonly LiveObject[];
  readonly schedules: readonly LiveObject[];
}

/** Where each of them is listed. */
export function pathsOf(platform: Platform): Readonly<Record<keyof LiveKinds, string>> {
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const velero = `/apis/velero.io/v1/namespaces/${platform.cluster.backupNamespace}`;
  return {
    namespaces: "/api/v1/namespaces",
    resourcequotas: "/api/v1/resourcequotas",
    limitranges: "/api/v1/limitranges",
    networkpolicies: "/apis/networking.k8s.io/v1/networkpolicies",
    rolebindings: `${rbac}/rolebindings`,
    serviceaccounts: "/api/v1/serviceaccounts",
    clusterrolebindings: `${rbac}/clusterrolebindings`,
    storageclasses: "/apis/storage.k8s.io/v1/storageclasses",
    priorityclasses: "/apis/scheduling.k8s.io/v1/priorityclasses",
    clusterroles: `${rbac}/clusterroles?labelSelector=${labels.PLATFORM}`,
    backupstoragelocations: `${velero}/backupstoragelocations`,
    schedules: `${velero}/schedules`,
  };
}

/** Judges every Kubernetes plane of a tenant. */
export function judgeKubernetes(tenant: Tenant, platform: Platform, live: LiveKinds, ledger: Ledger): void {
  for (const namespace of tenant.namespaces) {
    const inside = (kind: keyof LiveKinds) =>
      live[kind].filter(({ metadata }) => metadata.namespace === namespace.name);
    judgeNamespace(tenant, namespace, platform, named(live.namespaces, namespace.name), ledger);
    judgeFairness(tenant, namespace, inside("resourcequotas"), inside("limitranges"), ledger);
    judgeNetwork(tenant, namespace, platform, inside("networkpolicies"), ledger);
    judgeAccess(tenant, namespace, inside("rolebindings"), ledger);
    judgeReconciler(tenant, namespace, inside("serviceaccounts"), ledger);
  }
  judgeReach(tenant, live, ledger);
  judgeStorage(tenant, platform, named(live.storageclasses, names.storageClassName(tenant.name)), ledger);
  judgeBackup(tenant, platform, live, ledger);
}
