/** Judges the live cluster: every declared object of a tenant, and nothing beside them that opens it. */

import * as labels from "../../model/labels";
import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { itemsOf, named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import type { Reader } from "../reader";
import { judgeAccess } from "./access";
import { judgeAccounts } from "./accounts";
import { judgeBackup } from "./backup";
import { judgeBudget } from "./budget";
import { judgeDelivery } from "./delivery";
import { judgeFairness } from "./fairness";
import { judgeHosts } from "./hosts";
import { judgeNamedEgress } from "./named-egress";
import { judgeNamespace } from "./namespace";
import { judgeNetwork } from "./network";
import { judgeReach } from "./reach";
import { judgeStorage } from "./storage";
import { judgeWall } from "./wall";

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
  readonly poddisruptionbudgets: readonly LiveObject[];
  readonly secretstores: readonly LiveObject[];
  /** The CNI's own policies. */
  readonly namedegress: readonly LiveObject[];
  /** Admin policies, by the cluster's kind of them. */
  readonly walls: readonly LiveObject[];
  readonly listenersets: readonly LiveObject[];
  readonly mutatingadmissionpolicies: readonly LiveObject[];
  readonly mutatingadmissionpolicybindings: readonly LiveObject[];
  readonly validatingadmissionpolicies: readonly LiveObject[];
  readonly validatingadmissionpolicybindings: readonly LiveObject[];
}

/** Where each of them is listed; undefined for a kind that this cluster does without. */
export function pathsOf(platform: Platform): Readonly<Record<keyof LiveKinds, string | undefined>> {
  const { adminNetworkPolicy, cni, externalSecrets, gateway, gatewayNamespace } = platform.cluster;
  const admission = "/apis/admissionregistration.k8s.io/v1";
  const ours = `?labelSelector=${labels.PLATFORM}`;
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
    clusterroles: `${rbac}/clusterroles${ours}`,
    backupstoragelocations: `${velero}/backupstoragelocations`,
    schedules: `${velero}/schedules`,
    poddisruptionbudgets: "/apis/policy/v1/poddisruptionbudgets",
    secretstores: externalSecrets ? "/apis/external-secrets.io/v1/secretstores" : undefined,
    namedegress: NAMED_EGRESS[cni],
    walls: WALLS[adminNetworkPolicy],
    listenersets:
      gateway.api === "gateway-api"
        ? `/apis/gateway.networking.k8s.io/v1/namespaces/${gatewayNamespace}/listenersets`
        : undefined,
    mutatingadmissionpolicies: `${admission}/mutatingadmissionpolicies${ours}`,
    mutatingadmissionpolicybindings: `${admission}/mutatingadmissionpolicybindings${ours}`,
    validatingadmissionpolicies: `${admission}/validatingadmissionpolicies${ours}`,
    validatingadmissionpolicybindings: `${admission}/validatingadmissionpolicybindings${ours}`,
  };
}

/** Every kind, as the cluster has it now. */
export async function readKinds(platform: Platform, cluster: Reader): Promise<LiveKinds> {
  const lists = Object.entries(pathsOf(platform)).map(
    async ([kind, path]): Promise<[string, LiveObject[]]> => [
      kind,
      path === undefined ? [] : itemsOf(await cluster.get(path)),
    ],
  );
  return Object.fromEntries(await Promise.all(lists)) as unknown as LiveKinds;
}

const NAMED_EGRESS: Readonly<Record<Platform["cluster"]["cni"], string | undefined>> = {
  other: undefined,
  cilium: "/apis/cilium.io/v2/ciliumnetworkpolicies",
  calico: undefined,
  "calico-enterprise": "/apis/projectcalico.org/v3/networkpolicies",
};

const WALLS: Readonly<Record<Platform["cluster"]["adminNetworkPolicy"], string | undefined>> = {
  none: undefined,
  AdminNetworkPolicy: "/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies",
  ClusterNetworkPolicy: "/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies",
};

/** Judges every Kubernetes plane of a tenant; none of a tenant that has left, whose people reach nothing either. */
export function judgeKubernetes(tenant: Tenant, platform: Platform, live: LiveKinds, ledger: Ledger): void {
  if (!presenceOf(tenant).stands) {
    return;
  }
  for (const namespace of tenant.namespaces) {
    const inside = (kind: keyof LiveKinds) =>
      live[kind].filter(({ metadata }) => metadata.namespace === namespace.name);
    judgeNamespace(tenant, namespace, platform, named(live.namespaces, namespace.name), ledger);
    judgeFairness(tenant, namespace, inside("resourcequotas"), inside("limitranges"), ledger);
    judgeBudget(tenant, namespace, inside("poddisruptionbudgets"), ledger);
    judgeNetwork(tenant, namespace, platform, inside("networkpolicies"), ledger);
    judgeNamedEgress(tenant, namespace, platform, inside("namedegress"), ledger);
    judgeAccess(tenant, namespace, platform, inside("rolebindings"), ledger);
    judgeAccounts(tenant, namespace, inside("serviceaccounts"), ledger);
    const delivered = {
      serviceaccounts: inside("serviceaccounts"),
      secretstores: inside("secretstores"),
    };
    judgeDelivery(tenant, namespace, platform, delivered, ledger);
  }
  judgeReach(tenant, live, ledger);
  judgeStorage(tenant, platform, named(live.storageclasses, names.storageClassName(tenant.name)), ledger);
  judgeBackup(tenant, platform, live, ledger);
  judgeWall(tenant, platform, live.walls, ledger);
  judgeHosts(tenant, platform, live.listenersets, ledger);
}
