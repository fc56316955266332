/** Judges the live cluster: every declared object of a tenant, and nothing beside them that opens it. */

import { isDeepStrictEqual } from "node:util";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import { quantity } from "../../model/quantity";
import { roleRules, type BoundRole } from "../../model/roles";
import { roleNames, type Tenant, type TenantNamespace } from "../../model/tenant";
import { tierNames } from "../../model/tiers";
import type { LiveObject } from "../documents";
import type { Ledger } from "../ledger";

/** What the read-back lists, each kind once for the whole list. */
export interface LiveKinds {
  readonly namespaces: readonly LiveObject[];
  readonly resourcequotas: readonly LiveObject[];
  readonly limitranges: readonly LiveObject[];
  readonly networkpolicies: readonly LiveObject[];
  readonly rolebindings: readonly LiveObject[];
  readonly storageclasses: readonly LiveObject[];
  readonly clusterroles: readonly LiveObject[];
  readonly backupstoragelocations: readonly LiveObject[];
  readonly schedules: readonly LiveObject[];
}

/** Where each of them is listed. */
export function pathsOf(platform: Platform): Readonly<Record<keyof LiveKinds, string>> {
  const velero = `/apis/velero.io/v1/namespaces/${platform.cluster.backupNamespace}`;
  return {
    namespaces: "/api/v1/namespaces",
    resourcequotas: "/api/v1/resourcequotas",
    limitranges: "/api/v1/limitranges",
    networkpolicies: "/apis/networking.k8s.io/v1/networkpolicies",
    rolebindings: "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    storageclasses: "/apis/storage.k8s.io/v1/storageclasses",
    clusterroles: `/apis/rbac.authorization.k8s.io/v1/clusterroles?labelSelector=${labels.PLATFORM}`,
    backupstoragelocations: `${velero}/backupstoragelocations`,
    schedules: `${velero}/schedules`,
  };
}

type Json = Record<string, unknown>;

/** Judges every Kubernetes plane of a tenant. */
export function judgeKubernetes(tenant: Tenant, platform: Platform, live: LiveKinds, ledger: Ledger): void {
  for (const namespace of tenant.namespaces) {
    const inside = (kind: keyof LiveKinds) =>
      live[kind].filter(({ metadata }) => metadata.namespace === namespace.name);
    judgeNamespace(tenant, namespace, platform, named(live.namespaces, namespace.name), ledger);
    judgeFairness(tenant, namespace, inside("resourcequotas"), inside("limitranges"), ledger);
    judgeNetwork(tenant, namespace, platform, inside("networkpolicies"), ledger);
    judgeAccess(tenant, namespace, inside("rolebindings"), ledger);
  }
  judgeStorage(tenant, platform, named(live.storageclasses, names.storageClassName(tenant.name)), ledger);
  judgeBackup(tenant, platform, live, ledger);
}

function named(objects: readonly LiveObject[], name: string): LiveObject | undefined {
  return objects.find(({ metadata }) => metadata.name === name);
}

function judgeNamespace(
  tenant: Tenant,
  namespace: TenantNamespace,
  platform: Platform,
  live: LiveObject | undefined,
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "namespace");
  const object = `Namespace ${namespace.name}`;
  expect(object, live !== undefined, "is missing");
  if (live === undefined) {
    return;
  }
  expect(object, live.metadata.deletionTimestamp === undefined, "is being deleted");
  const declared = {
    ...labels.tenantLabels(tenant),
    ...labels.podSecurityLabels("restricted", platform.cluster.podSecurityVersion),
  };
  for (const [label, value] of Object.entries(declared)) {
    const found = live.metadata.labels[label];
    expect(object, found === value, `has label ${label}=${found ?? "none"} instead of ${value}`);
  }
}

/** Quota keys by field of the model; proof spells them out again, as a second witness. */
const QUOTA_KEYS = {
  cpu: ["requests.cpu"],
  memory: ["requests.memory"],
  cpuLimit: ["limits.cpu"],
  memoryLimit: ["limits.memory"],
  ephemeralStorage: ["requests.ephemeral-storage", "limits.ephemeral-storage"],
  storage: ["requests.storage"],
  pods: ["pods"],
  persistentVolumeClaims: ["persistentvolumeclaims"],
  services: ["services"],
  loadBalancers: ["services.loadbalancers"],
  nodePorts: ["services.nodeports"],
  secrets: ["secrets"],
  configMaps: ["configmaps"],
  jobs: ["count/jobs.batch"],
  cronJobs: ["count/cronjobs.batch"],
} as const satisfies Record<keyof Tenant["quota"], readonly string[]>;

function judgeFairness(
  tenant: Tenant,
  namespace: TenantNamespace,
  quotas: readonly LiveObject[],
  limits: readonly LiveObject[],
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "fairness");
  const quota = named(quotas, "tenant-quota");
  const object = `ResourceQuota ${namespace.name}/tenant-quota`;
  expect(object, quota !== undefined, "is missing");
  if (quota !== undefined) {
    const hard = (quota["spec"] as { hard?: Record<string, string> }).hard ?? {};
    for (const [field, keys] of Object.entries(QUOTA_KEYS)) {
      const declared = String(tenant.quota[field as keyof Tenant["quota"]]);
      for (const key of keys) {
        expect(
          object,
          sameQuantity(hard[key], declared),
          `allows ${key}=${hard[key] ?? "unlimited"} instead of ${declared}`,
        );
      }
    }
  }
  const foreign = named(quotas, "foreign-priority");
  const classes = [
    "system-cluster-critical",
    "system-node-critical",
    ...tierNames.filter((tier) => tier !== tenant.tier).map(names.priorityClassName),
  ];
  const [scope] =
    (
      foreign?.["spec"] as
        { scopeSelector?: { matchExpressions?: { operator: string; values?: string[] }[] } } | undefined
    )?.scopeSelector?.matchExpressions ?? [];
  const closed =
    (foreign?.["spec"] as { hard?: Record<string, string> } | undefined)?.hard?.["pods"] === "0" &&
    scope?.operator === "In";
  expect(
    `ResourceQuota ${namespace.name}/foreign-priority`,
    closed && classes.every((name) => scope.values?.includes(name)),
    `does not close the priority classes ${classes.join(", ")}`,
  );
  const range = named(limits, "tenant-limits");
  expect(`LimitRange ${namespace.name}/tenant-limits`, range !== undefined, "is missing");
  const [container] = ((range?.["spec"] as { limits?: Json[] } | undefined)?.limits ?? []) as Record<
    string,
    Record<string, string> | undefined
  >[];
  for (const kind of ["default", "defaultRequest", "max"] as const) {
    const { cpu, memory, ephemeralStorage } = tenant.containers[kind];
    for (const [key, declared] of Object.entries({ cpu, memory, "ephemeral-storage": ephemeralStorage })) {
      const found = container?.[kind]?.[key];
      expect(
        `LimitRange ${namespace.name}/tenant-limits`,
        sameQuantity(found, declared),
        `sets ${kind}.${key}=${found ?? "none"} instead of ${declared}`,
      );
    }
  }
}

function sameQuantity(found: string | undefined, declared: string): boolean {
  const amount = quantity(declared);
  return found !== undefined && amount !== undefined && quantity(found) === amount;
}

interface LivePolicy {
  readonly podSelector?: Json;
  readonly policyTypes?: string[];
  readonly ingress?: { from?: Json[]; ports?: Json[] }[];
  readonly egress?: { to?: Json[]; ports?: Json[] }[];
}

function judgeNetwork(
  tenant: Tenant,
  namespace: TenantNamespace,
  platform: Platform,
  policies: readonly LiveObject[],
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "network");
  const { cluster } = platform;
  const object = (name: string) => `NetworkPolicy ${namespace.name}/${name}`;
  const declared = [
    "default-deny",
    "allow-same-namespace",
    "allow-dns",
    "allow-gateway",
    "allow-observability",
  ];
  for (const name of tenant.network.egress.length > 0 ? [...declared, "allow-egress"] : declared) {
    expect(object(name), named(policies, name) !== undefined, "is missing");
  }
  const deny = named(policies, "default-deny")?.["spec"] as LivePolicy | undefined;
  if (deny !== undefined) {
    const whole =
      isDeepStrictEqual({ ...deny.podSelector }, {}) &&
      isDeepStrictEqual([...(deny.policyTypes ?? [])].sort(), ["Egress", "Ingress"]);
    expect(
      object("default-deny"),
      whole && !deny.ingress?.length && !deny.egress?.length,
      "does not deny every pod in both directions",
    );
  }
  const ingress = new Set([cluster.gatewayNamespace, cluster.observabilityNamespace]);
  const networks = tenant.network.egress.map(({ cidr, except, ports }) => ({ cidr, except, ports }));
  for (const policy of policies) {
    const spec = policy["spec"] as LivePolicy;
    for (const rule of spec.ingress ?? []) {
      const legal =
        (rule.from ?? []).length > 0 &&
        rule.from?.every((peer) => isOwn(peer) || ingress.has(namespaceOf(peer) ?? ""));
      expect(
        object(policy.metadata.name),
        legal === true,
        "lets in others than the namespace itself, the gateway and observability",
      );
    }
    for (const rule of spec.egress ?? []) {
      const legal =
        (rule.to ?? []).length > 0 &&
        rule.to?.every(
          (peer) => isOwn(peer) || isDns(peer, rule.ports, platform) || isListed(peer, rule.ports, networks),
        );
      expect(
        object(policy.metadata.name),
        legal === true,
        "lets out to more than the namespace itself, DNS and the listed networks",
      );
    }
  }
}

function isOwn(peer: Json): boolean {
  return (
    peer["podSelector"] !== undefined &&
    peer["namespaceSelector"] === undefined &&
    peer["ipBlock"] === undefined
  );
}

/** The one namespace that a peer names by the label that nobody can forge. */
function namespaceOf(peer: Json): string | undefined {
  const selector = peer["namespaceSelector"] as
    { matchLabels?: Record<string, string>; matchExpressions?: unknown[] } | undefined;
  const { "kubernetes.io/metadata.name": name, ...rest } = selector?.matchLabels ?? {};
  return Object.keys(rest).length === 0 && !selector?.matchExpressions?.length ? name : undefined;
}

function isDns(peer: Json, ports: Json[] | undefined, { cluster }: Platform): boolean {
  const pods = (peer["podSelector"] as { matchLabels?: Record<string, string> } | undefined)?.matchLabels;
  const port53 =
    (ports ?? []).length > 0 && ports?.every((port) => port["port"] === 53 && port["endPort"] === undefined);
  return (
    namespaceOf(peer) === cluster.dns.namespace &&
    isDeepStrictEqual({ ...pods }, { ...cluster.dns.podLabels }) &&
    port53 === true
  );
}

function isListed(
  peer: Json,
  ports: Json[] | undefined,
  networks: readonly { cidr: string; except: readonly string[]; ports: readonly object[] }[],
): boolean {
  const block = peer["ipBlock"] as { cidr?: string; except?: string[] } | undefined;
  return networks.some(
    (network) =>
      block?.cidr === network.cidr &&
      isDeepStrictEqual([...(block.except ?? [])], [...network.except]) &&
      isDeepStrictEqual(sorted(ports ?? []), sorted(network.ports)),
  );
}

function sorted(values: readonly object[]): string[] {
  return values.map((value) => JSON.stringify(Object.entries(value).sort())).sort();
}

function judgeAccess(
  tenant: Tenant,
  namespace: TenantNamespace,
  bindings: readonly LiveObject[],
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "access");
  const declared = new Map<string, string[]>([
    [names.clusterRoleName("reconciler"), [`ServiceAccount ${namespace.name}/${names.RECONCILER}`]],
    ...roleNames
      .map((role): [string, string[]] => [
        names.clusterRoleName(role),
        [
          ...tenant.access[role].groups.map((name) => `Group ${name}`),
          ...tenant.access[role].users.map((name) => `User ${name}`),
        ],
      ])
      .filter(([, subjects]) => subjects.length > 0),
  ]);
  for (const [name, subjects] of declared) {
    const object = `RoleBinding ${namespace.name}/${name}`;
    const live = named(bindings, name);
    expect(object, live !== undefined, "is missing");
    if (live !== undefined) {
      const role = live["roleRef"] as { kind: string; name: string };
      expect(
        object,
        role.kind === "ClusterRole" && role.name === name,
        `grants ${role.kind} ${role.name} instead of ClusterRole ${name}`,
      );
      const found = subjectsOf(live);
      expect(
        object,
        isDeepStrictEqual([...found].sort(), [...subjects].sort()),
        `binds ${found.join(", ") || "nobody"} instead of ${subjects.join(", ")}`,
      );
    }
  }
  for (const binding of bindings.filter(({ metadata }) => !declared.has(metadata.name))) {
    expect(
      `RoleBinding ${namespace.name}/${binding.metadata.name}`,
      false,
      `is not declared and binds ${subjectsOf(binding).join(", ") || "nobody"}`,
    );
  }
}

function subjectsOf(binding: LiveObject): string[] {
  const subjects = (binding["subjects"] ?? []) as { kind: string; name: string; namespace?: string }[];
  return subjects.map(
    ({ kind, name, namespace }) => `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`,
  );
}

function judgeStorage(
  tenant: Tenant,
  platform: Platform,
  live: LiveObject | undefined,
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "storage");
  const object = `StorageClass ${names.storageClassName(tenant.name)}`;
  expect(object, live !== undefined, "is missing");
  if (live === undefined) {
    return;
  }
  const parameters = (live["parameters"] ?? {}) as Record<string, string>;
  const key = names.aliasArn(platform.aws, names.keyAlias(tenant.id));
  expect(
    object,
    live["provisioner"] === "ebs.csi.aws.com",
    `is provisioned by ${String(live["provisioner"])}`,
  );
  expect(object, parameters["encrypted"] === "true", "does not encrypt");
  expect(
    object,
    parameters["kmsKeyId"] === key,
    `encrypts with ${parameters["kmsKeyId"] ?? "no named key"} instead of ${key}`,
  );
  expect(
    object,
    live["reclaimPolicy"] === tenant.storage.reclaimPolicy,
    `has reclaim policy ${String(live["reclaimPolicy"])} instead of ${tenant.storage.reclaimPolicy}`,
  );
}

function judgeBackup(tenant: Tenant, platform: Platform, live: LiveKinds, ledger: Ledger): void {
  const { expect } = ledger.bench(tenant.name, "backup");
  const name = names.backupName(tenant.name);
  const location = named(live.backupstoragelocations, name)?.["spec"] as
    | {
        objectStorage?: { bucket?: string; prefix?: string };
        config?: { kmsKeyId?: string };
        credential?: { name?: string };
      }
    | undefined;
  const object = `BackupStorageLocation ${name}`;
  expect(object, location !== undefined, "is missing");
  if (location !== undefined) {
    const { bucket = "", prefix = "" } = location.objectStorage ?? {};
    const wanted = `${platform.aws.backupBucket}/${names.backupPrefix(tenant.id)}`;
    expect(object, `${bucket}/${prefix}` === wanted, `writes to ${bucket}/${prefix} instead of ${wanted}`);
    const key = names.aliasArn(platform.aws, names.keyAlias(tenant.id));
    expect(
      object,
      location.config?.kmsKeyId === key,
      `encrypts with ${location.config?.kmsKeyId ?? "no named key"} instead of ${key}`,
    );
    expect(
      object,
      location.credential?.name === name,
      `uses the credential ${location.credential?.name ?? "of the server"} instead of ${name}`,
    );
  }
  const schedule = named(live.schedules, name)?.["spec"] as
    { template?: { includedNamespaces?: string[]; storageLocation?: string } } | undefined;
  expect(`Schedule ${name}`, schedule !== undefined, "is missing");
  if (schedule !== undefined) {
    const own = tenant.namespaces.map((namespace) => namespace.name);
    const found = schedule.template?.includedNamespaces ?? [];
    expect(
      `Schedule ${name}`,
      isDeepStrictEqual([...found].sort(), [...own].sort()),
      `backs up ${found.join(", ") || "every namespace"} instead of ${own.join(", ")}`,
    );
    expect(
      `Schedule ${name}`,
      schedule.template?.storageLocation === name,
      `stores in ${schedule.template?.storageLocation ?? "the default location"} instead of ${name}`,
    );
  }
}

/** Judges what all tenants share: the closed roles. */
export function judgeRoles(clusterRoles: readonly LiveObject[], ledger: Ledger): void {
  const { expect } = ledger.bench("(platform)", "access");
  for (const [role, rules] of Object.entries(roleRules) as [BoundRole, (typeof roleRules)[BoundRole]][]) {
    const name = names.clusterRoleName(role);
    const live = named(clusterRoles, name);
    expect(`ClusterRole ${name}`, live !== undefined, "is missing");
    if (live !== undefined) {
      expect(
        `ClusterRole ${name}`,
        isDeepStrictEqual(live["rules"], JSON.parse(JSON.stringify(rules))),
        "grants other rights than the template",
      );
      const aggregated =
        live["aggregationRule"] !== undefined ||
        Object.keys(live.metadata.labels).some((label) => label.includes("aggregate-to-"));
      expect(`ClusterRole ${name}`, !aggregated, "is aggregated: any chart could widen it");
    }
  }
}
