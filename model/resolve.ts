/** From what a file says to what it means: the tier's row fills every gap. */

import * as names from "./names";
import { larger } from "./quantity";
import {
  roleNames,
  type EgressRule,
  type RoleName,
  type Subjects,
  type Tenant,
  type TenantSpec,
} from "./tenant";
import { tier, type ContainerResources, type Quota } from "./tiers";

const DEFAULT_TOKEN_TTL = "20m";
const DEFAULT_TOKEN_MAX_TTL = "1h";

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
  return freeze({
    name: spec.name,
    id: spec.id,
    list,
    displayName: spec.displayName ?? spec.name,
    owners: spec.owners,
    contacts: { ...spec.contacts },
    tier: tierName,
    namespaces: [{ name: names.namespaceName(spec.name), key: spec.name }],
    access: Object.fromEntries(roleNames.map((role) => [role, subjectsOf(spec, role)])) as Record<
      RoleName,
      Subjects
    >,
    quota: quotaOf(spec.quota ?? {}, row.quota),
    containers: {
      default: amounts(containers.default, row.containers.default),
      defaultRequest: amounts(containers.defaultRequest, row.containers.defaultRequest),
      max: amounts(containers.max, row.containers.max),
    },
    network: { egress: (spec.network?.egress ?? []).map(egressOf) },
    storage: {
      volumeType: spec.storage?.volumeType ?? "gp3",
      reclaimPolicy: spec.storage?.reclaimPolicy ?? "Delete",
    },
    encryption: {
      deletionWindowDays: spec.encryption?.deletionWindowDays ?? row.keyDeletionWindowDays,
      rotationDays: spec.encryption?.rotationDays ?? row.keyRotationDays,
    },
    secrets: {
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

function egressOf(rule: NonNullable<NonNullable<TenantSpec["network"]>["egress"]>[number]): EgressRule {
  return {
    // A rule without it was refused before: it names a host, which does not work yet.
    cidr: rule.cidr ?? "",
    except: rule.except ?? [],
    ports: rule.ports.map(({ protocol = "TCP", ...port }) => ({ ...port, protocol })),
  };
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
