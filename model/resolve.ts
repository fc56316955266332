/** From what a file says to what it means: the tier's row fills every gap. */

import * as names from "./names";
import { larger } from "./quantity";
import { shareOf, sharesOf } from "./quota";
import {
  roleNames,
  type NameEgress,
  type NetworkEgress,
  type RoleName,
  type Subjects,
  type Tenant,
  type TenantNamespace,
  type TenantSpec,
} from "./tenant";
import { tier, type ContainerResources, type Quota } from "./tiers";

const DEFAULT_TOKEN_TTL = "20m";
const DEFAULT_TOKEN_MAX_TTL = "1h";
/** The one secret of a tenant of AWS Secrets Manager that lists none. */
const DEFAULT_SECRET = "app";

/** The tenant that a checked file means. Deterministic: the same file gives the same tenant. */
export function resolve(spec: TenantSpec, list: string): Tenant {
  const tierName = spec.tier ?? "standard";
  const row = tier(tierName);
  const { containers = {}, secrets = {} } = spec;
  const tokenMaxTtl = seconds(secrets.tokenMaxTtl ?? DEFAULT_TOKEN_MAX_TTL);
  const amounts = (given: Partial<ContainerResources> | undefined, otherwise: ContainerResources) => ({
    ...otherwise,
    ...given,
  });
  const quota = quotaOf(spec.quota ?? {}, row.quota);
  const engine = secrets.engine ?? "vault";
  const own = (spec.placement?.pool ?? row.pool) === "dedicated";
  return freeze({
    name: spec.name,
    id: spec.id,
    list,
    displayName: spec.displayName ?? spec.name,
    owners: spec.owners,
    contacts: { ...spec.contacts },
    tier: tierName,
    namespaces: namespacesOf(spec, quota),
    access: Object.fromEntries(roleNames.map((role) => [role, subjectsOf(spec, role)])) as Record<
      RoleName,
      Subjects
    >,
    quota,
    containers: {
      default: amounts(containers.default, row.containers.default),
      defaultRequest: amounts(containers.defaultRequest, row.containers.defaultRequest),
      max: amounts(containers.max, row.containers.max),
    },
    network: {
      ...egressOf(spec.network?.egress ?? []),
      hosts: spec.network?.ingress?.hosts ?? [],
      ...(spec.network?.podCidr !== undefined && { podCidr: spec.network.podCidr }),
    },
    pool: { name: own ? "dedicated" : tierName, own },
    ...(spec.runtimeClass !== undefined && { runtime: spec.runtimeClass }),
    podSecurity: spec.allowRoot === true ? "baseline" : "restricted",
    storage: {
      volumeType: spec.storage?.volumeType ?? "gp3",
      reclaimPolicy: spec.storage?.reclaimPolicy ?? "Delete",
    },
    encryption: {
      deletionWindowDays: spec.encryption?.deletionWindowDays ?? row.keyDeletionWindowDays,
      rotationDays: spec.encryption?.rotationDays ?? row.keyRotationDays,
    },
    secrets: {
      engine,
      names: engine === "vault" ? [] : (secrets.names ?? [DEFAULT_SECRET]),
      tokenTtl:
        secrets.tokenTtl === undefined
          ? Math.min(seconds(DEFAULT_TOKEN_TTL), tokenMaxTtl)
          : seconds(secrets.tokenTtl),
      tokenMaxTtl,
      boundCidrs: secrets.boundCidrs ?? [],
    },
    backup: {
      schedule: spec.backup?.schedule ?? row.backup.schedule,
      retentionDays: spec.backup?.retentionDays ?? row.backup.retentionDays,
    },
    lifecycle: {
      state: spec.lifecycle?.state ?? "active",
      ...(spec.lifecycle?.retainUntil !== undefined && { retainUntil: spec.lifecycle.retainUntil }),
      legalHold: spec.lifecycle?.legalHold ?? false,
      retentionDays: spec.lifecycle?.retentionDays ?? row.retentionDays,
    },
    deletionProtection: spec.lifecycle?.deletionProtection ?? row.deletionProtection,
  });
}

/** Limits follow requests upwards: raising `cpu` alone must not leave a quota that contradicts itself. */
function quotaOf(given: Partial<Quota>, otherwise: Quota): Quota {
  const quota = { ...otherwise, ...given };
  return {
    ...quota,
    cpuLimit: given.cpuLimit ?? larger(quota.cpuLimit, quota.cpu),
    memoryLimit: given.memoryLimit ?? larger(quota.memoryLimit, quota.memory),
  };
}

function subjectsOf(spec: TenantSpec, role: RoleName): Subjects {
  const { groups = [], users = [] } = spec.access?.[role] ?? {};
  return { groups, users };
}

/** Networks and names are enforced by different policies. A rule names exactly one of the two. */
function egressOf(rules: NonNullable<NonNullable<TenantSpec["network"]>["egress"]>): {
  egress: NetworkEgress[];
  names: NameEgress[];
} {
  const ports = (rule: (typeof rules)[number]) =>
    rule.ports.map(({ protocol = "TCP", ...port }) => ({ ...port, protocol }));
  return {
    egress: rules.flatMap((rule) =>
      rule.cidr === undefined ? [] : [{ cidr: rule.cidr, except: rule.except ?? [], ports: ports(rule) }],
    ),
    names: rules.flatMap((rule) =>
      rule.host === undefined ? [] : [{ host: rule.host, ports: ports(rule) }],
    ),
  };
}

/** One namespace, or one for each environment with its part of the quota. */
function namespacesOf({ name, environments = [] }: TenantSpec, quota: Quota): TenantNamespace[] {
  if (environments.length === 0) {
    return [{ name: names.namespaceName(name), key: name, quota }];
  }
  const shares = sharesOf(environments.map(({ share }) => share));
  return environments.map((environment, index) => ({
    name: names.namespaceName(name, environment.name),
    key: name + names.SEPARATOR + environment.name,
    environment: environment.name,
    quota: shareOf(quota, shares[index] ?? 0),
  }));
}

/** Seconds of a duration such as 90s, 30m or 1h. */
export function seconds(duration: string): number {
  const unit = { s: 1, m: 60, h: 3600 }[duration.slice(-1)];
  return Number.parseInt(duration, 10) * (unit ?? Number.NaN);
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}
