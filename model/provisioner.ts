/**
 * What the provisioner may do in Kubernetes: the kinds that tenants consist of, where objects of each belong, and the
 * rights over them (R1, R2). RBAC gives the rights and knows neither prefixes nor contents, so that the guard of
 * `guardrails/provisioner.ts` keeps them to tenants' own places. Nothing here reads what tenants run or keep.
 */

import * as names from "./names";
import type { GuardrailEngine, PlatformFacts, PlatformSpec } from "./platform";
import { roleRules, type Rule } from "./roles";

/** The platform, as far as a run of a tenant list is held to it. */
export type GuardedPlatform = PlatformSpec & Pick<PlatformFacts, "vaultAddress" | "vaultNamespace">;

/** A right, over objects of these names alone where it names any. */
export interface ProvisionerRight extends Rule {
  readonly resourceNames?: readonly string[];
}

/** A kind, as the API server spells it. */
export interface Kind {
  readonly group: string;
  readonly resource: string;
}

/** Kinds by where objects of them belong. */
export interface ProvisionedKinds {
  readonly cluster: readonly Kind[];
  /** In every tenant's namespaces. */
  readonly tenants: readonly Kind[];
  /** In namespaces of the platform, by the namespace's name; only under names that begin like a tenant's. */
  readonly system: Readonly<Record<string, readonly Kind[]>>;
}

const RBAC = "rbac.authorization.k8s.io";
const VELERO = "velero.io";
const CALICO = "projectcalico.org";
const SECRETS: Kind = { group: "", resource: "secrets" };

/** What tenants consist of on this platform. */
export function provisionedKinds({ cluster, nodes }: PlatformSpec): ProvisionedKinds {
  const { cni, adminNetworkPolicy, externalSecrets, gateway } = cluster;
  return {
    cluster: [
      { group: "", resource: "namespaces" },
      { group: "storage.k8s.io", resource: "storageclasses" },
      ...WALLS[adminNetworkPolicy],
      ...POOLS[cni],
      ...(nodes.engine === "karpenter" ? [{ group: "karpenter.sh", resource: "nodepools" }] : []),
    ],
    tenants: [
      { group: "", resource: "resourcequotas" },
      { group: "", resource: "limitranges" },
      { group: "", resource: "serviceaccounts" },
      { group: "networking.k8s.io", resource: "networkpolicies" },
      { group: "policy", resource: "poddisruptionbudgets" },
      { group: RBAC, resource: "rolebindings" },
      ...NAMED_EGRESS[cni],
      ...(externalSecrets ? [{ group: "external-secrets.io", resource: "secretstores" }] : []),
    ],
    system: {
      [cluster.backupNamespace]: [
        SECRETS,
        { group: VELERO, resource: "backupstoragelocations" },
        { group: VELERO, resource: "schedules" },
      ],
      ...(gateway.api === "gateway-api" && {
        [cluster.gatewayNamespace]: [{ group: "gateway.networking.k8s.io", resource: "listenersets" }],
      }),
    },
  };
}

type Cluster = PlatformSpec["cluster"];

const NETWORK_POLICY_API = "policy.networking.k8s.io";
const WALLS: Readonly<Record<Cluster["adminNetworkPolicy"], readonly Kind[]>> = {
  none: [],
  AdminNetworkPolicy: [{ group: NETWORK_POLICY_API, resource: "adminnetworkpolicies" }],
  ClusterNetworkPolicy: [{ group: NETWORK_POLICY_API, resource: "clusternetworkpolicies" }],
};

const POOLS: Readonly<Record<Cluster["cni"], readonly Kind[]>> = {
  other: [],
  cilium: [{ group: "cilium.io", resource: "ciliumpodippools" }],
  calico: [{ group: CALICO, resource: "ippools" }],
  "calico-enterprise": [{ group: CALICO, resource: "ippools" }],
};

const NAMED_EGRESS: Readonly<Record<Cluster["cni"], readonly Kind[]>> = {
  other: [],
  cilium: [{ group: "cilium.io", resource: "ciliumnetworkpolicies" }],
  calico: [],
  "calico-enterprise": [{ group: CALICO, resource: "networkpolicies" }],
};

const READ = ["get", "list", "watch"];
const MANAGE = [...READ, "create", "update", "patch", "delete"];
/** A Secret is reached by its name or not at all. */
const BY_NAME = MANAGE.filter((verb) => verb !== "list" && verb !== "watch");

/** Rights in every namespace and over cluster-scoped objects. */
export function provisionerRights(platform: PlatformSpec): ProvisionerRight[] {
  const { cluster, tenants } = provisionedKinds(platform);
  return [
    ...[...cluster, ...tenants].map(manage),
    ...(platform.cluster.cni === "calico-enterprise" ? TIER_OF_POLICIES : []),
    {
      apiGroups: [RBAC],
      resources: ["clusterroles"],
      verbs: ["bind"],
      resourceNames: [...Object.keys(roleRules).map(names.clusterRoleName), names.OPERATOR_CLUSTER_ROLE],
    },
    ...READ_BACK,
    ...ENGINE_READ_BACK[platform.guardrails.engine],
  ];
}

/** Rights in namespaces of the platform, by the namespace's name. */
export function systemRights(platform: PlatformSpec): Readonly<Record<string, readonly ProvisionerRight[]>> {
  const { system } = provisionedKinds(platform);
  return Object.fromEntries(
    Object.entries(system).map(([namespace, kinds]) => [namespace, kinds.map(manage)]),
  );
}

function manage(kind: Kind): ProvisionerRight {
  const { group, resource } = kind;
  return { apiGroups: [group], resources: [resource], verbs: kind === SECRETS ? BY_NAME : MANAGE };
}

/** Calico asks a second time, for the tier that a policy is in. */
const TIER_OF_POLICIES: readonly ProvisionerRight[] = [
  { apiGroups: [CALICO], resources: ["tiers"], verbs: ["get"], resourceNames: ["default"] },
  {
    apiGroups: [CALICO],
    resources: ["tier.networkpolicies"],
    verbs: MANAGE,
    resourceNames: ["default.*"],
  },
];

/** What the proof looks at besides: who is bound to what in the whole cluster, and what the platform declared. */
const READ_BACK: readonly ProvisionerRight[] = [
  { apiGroups: [RBAC], resources: ["clusterroles", "clusterrolebindings"], verbs: ["get", "list"] },
  { apiGroups: ["scheduling.k8s.io"], resources: ["priorityclasses"], verbs: ["get", "list"] },
  {
    apiGroups: ["admissionregistration.k8s.io"],
    resources: [
      "mutatingadmissionpolicies",
      "mutatingadmissionpolicybindings",
      "validatingadmissionpolicies",
      "validatingadmissionpolicybindings",
    ],
    verbs: ["get", "list"],
  },
];

/** The same of the engine that enforces the rules. */
const ENGINE_READ_BACK: Readonly<Record<GuardrailEngine, readonly ProvisionerRight[]>> = {
  native: [],
  kyverno: [
    {
      apiGroups: ["policies.kyverno.io"],
      resources: ["validatingpolicies", "imagevalidatingpolicies"],
      verbs: ["get", "list"],
    },
  ],
  gatekeeper: [
    { apiGroups: ["templates.gatekeeper.sh"], resources: ["constrainttemplates"], verbs: ["get", "list"] },
    // Each rule is a kind of its own here.
    { apiGroups: ["constraints.gatekeeper.sh"], resources: ["*"], verbs: ["get", "list"] },
  ],
};
