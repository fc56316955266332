/** What a schema cannot say of one tenant: how its fields agree with each other, with its tier and with the world. */

import { closedReason, contains, networkOf, overlap, readCidr } from "./cidr";
import { shown } from "./fault";
import { amountOf, quantity } from "./quantity";
import type { Platform } from "./platform";
import type { Tenant, TenantSpec } from "./tenant";
import { tier, type ContainerResources, type Quota } from "./tiers";

export type Path = readonly (string | number)[];

/** A contradiction at a path of the file. */
export interface Contradiction {
  readonly path: Path;
  readonly message: string;
}

const RESERVED: readonly (readonly [names: RegExp, owner: string])[] = [
  [/^(kube|kubernetes)(-|$)|^default$/, "Kubernetes"],
  [/^openshift(-|$)/, "OpenShift"],
  [
    /^(argocd|flux-system|velero|gatekeeper-system|kyverno|istio-system|cert-manager|external-secrets)$/,
    "a system of the platform",
  ],
  [/^(platform|template|tenant|tenantry|observability|gateway|tenant-gateway)$/, "Tenantry"],
  [/^(root|sys|auth|audit|cubbyhole|identity)$/, "Vault"],
];

const MEMORY_MINIMUM = amountOf("1Mi");
const THOUSANDTH = amountOf("1m");
const MAX_TOKEN_TTL_SECONDS = 24 * 3600;
const BYTES = new Set(["memory", "memoryLimit", "ephemeralStorage", "storage"]);

/** Quantities that no number can stand for, or that are surely meant otherwise. These must hold before `resolve`. */
export function quantityFaults(spec: TenantSpec): Contradiction[] {
  const { default: limits, defaultRequest, max } = spec.containers ?? {};
  const groups: [Path, Record<string, unknown>][] = [
    [["quota"], spec.quota ?? {}],
    [["containers", "default"], limits ?? {}],
    [["containers", "defaultRequest"], defaultRequest ?? {}],
    [["containers", "max"], max ?? {}],
  ];
  return groups.flatMap(([path, fields]) =>
    Object.entries(fields)
      .filter((entry): entry is [string, string] => typeof entry[1] === "string")
      .flatMap(([field, text]) => {
        const message = quantityFault(text, BYTES.has(field));
        return message === undefined
          ? []
          : [{ path: [...path, field], message: `${shown(text)} ${message}` }];
      }),
  );
}

function quantityFault(text: string, bytes: boolean): string | undefined {
  const amount = quantity(text);
  if (amount === undefined) {
    return "is larger or finer than Kubernetes can hold; write a smaller quantity with a unit";
  }
  if (amount === 0n) {
    return "gives the tenant nothing; leave the field out for the tier's default, or write more than 0";
  }
  if (!bytes) {
    return amount % THOUSANDTH === 0n
      ? undefined
      : "is finer than a thousandth of a core, which Kubernetes refuses in pods; write whole millicores, such as 500m";
  }
  return amount < MEMORY_MINIMUM ? "is less than a mebibyte; write a unit, such as 512Mi or 16Gi" : undefined;
}

/** Every contradiction of a tenant whose single fields are well formed. */
export function contradictions(spec: TenantSpec, tenant: Tenant): Contradiction[] {
  return [
    ...reservedName(spec),
    ...quotaContradictions(tenant),
    ...containerContradictions(spec, tenant),
    ...egressContradictions(spec),
    ...vaultContradictions(spec, tenant),
    ...scheduleContradictions(tenant),
    ...repetitions(spec),
  ];
}

function reservedName({ name }: TenantSpec): Contradiction[] {
  const owner = RESERVED.find(([names]) => names.test(name))?.[1];
  return owner === undefined
    ? []
    : [{ path: ["name"], message: `${shown(name)} is reserved by ${owner}; choose another name` }];
}

function quotaContradictions({ quota, tier: tierName }: Tenant): Contradiction[] {
  const { ceiling } = tier(tierName);
  const beyond = (Object.keys(ceiling) as (keyof Quota)[])
    .filter((field) => isAbove(quota[field], ceiling[field]))
    .map((field) => ({
      path: ["quota", field],
      message: `${quota[field]} is above the ${ceiling[field]} that tier ${tierName} allows; write less or choose another tier`,
    }));
  const limits = (
    [
      ["cpu", "cpuLimit"],
      ["memory", "memoryLimit"],
    ] as const
  )
    .filter(([request, limit]) => isAbove(quota[request], quota[limit]))
    .map(([request, limit]) => ({
      path: ["quota", limit],
      message: `${quota[limit]} is below quota.${request}, ${quota[request]}: limits cannot be less than requests; raise it`,
    }));
  return [...beyond, ...limits];
}

function isAbove(amount: string | number, bound: string | number): boolean {
  if (amount === bound) {
    return false;
  }
  return typeof amount === "number" || typeof bound === "number"
    ? Number(amount) > Number(bound)
    : amountOf(amount) > amountOf(bound);
}

const AMOUNTS = [
  "cpu",
  "memory",
  "ephemeralStorage",
] as const satisfies readonly (keyof ContainerResources)[];
const TOTALS = { cpu: "cpuLimit", memory: "memoryLimit", ephemeralStorage: "ephemeralStorage" } as const;

/** What each container may have, held against what all may have together. */
function containerContradictions(spec: TenantSpec, { containers, quota }: Tenant): Contradiction[] {
  return AMOUNTS.flatMap((field) => {
    const total = TOTALS[field];
    const request: Amount = [["containers", "defaultRequest", field], containers.defaultRequest[field]];
    const limit: Amount = [["containers", "default", field], containers.default[field]];
    const max: Amount = [["containers", "max", field], containers.max[field]];
    return [
      ...above(spec, request, limit, "a request cannot exceed its limit"),
      ...above(spec, limit, max, "no container may have more than the maximum"),
      ...above(spec, max, [["quota", total], quota[total]], "one container could never have that much"),
    ];
  });
}

type Amount = readonly [path: Path, amount: string];

/** The fault points at what the file says: of a default that is in the way, the file's line says nothing. */
function above(spec: TenantSpec, lower: Amount, upper: Amount, why: string): Contradiction[] {
  const [[path, amount], [bound, most]] = [lower, upper];
  if (!isAbove(amount, most)) {
    return [];
  }
  return isWritten(spec, path)
    ? [
        {
          path,
          message: `${amount} is above ${bound.join(".")}, ${most}: ${why}; lower one or raise the other`,
        },
      ]
    : [
        {
          path: bound,
          message: `${most} is below ${path.join(".")}, ${amount} by default: ${why}; raise it or write ${path.join(".")}`,
        },
      ];
}

function isWritten(spec: TenantSpec, path: Path): boolean {
  const value = path.reduce<unknown>(
    (inner, step) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[step] : undefined,
    spec,
  );
  return value !== undefined;
}

function egressContradictions({ network }: TenantSpec): Contradiction[] {
  return (network?.egress ?? []).flatMap((rule, index) => {
    const at = (...rest: Path) => ["network", "egress", index, ...rest];
    const ports = rule.ports
      .map((port, position) => ({ port, path: at("ports", position, "endPort") }))
      .filter(({ port }) => port.endPort !== undefined && port.endPort < port.port)
      .map(({ port, path }) => ({
        path,
        message: `${port.endPort} is below port ${port.port}; write the range upwards`,
      }));
    if ((rule.cidr === undefined) === (rule.host === undefined)) {
      return [{ path: at(), message: "needs exactly one destination; write cidr or host" }, ...ports];
    }
    return [
      ...(rule.cidr === undefined ? [] : cidrContradictions(rule.cidr, rule.except ?? [], at)),
      ...ports,
    ];
  });
}

function cidrContradictions(
  cidr: string,
  except: readonly string[],
  at: (...rest: Path) => Path,
): Contradiction[] {
  const network = readCidr(cidr);
  if (typeof network === "string") {
    return [{ path: at("cidr"), message: network }];
  }
  const closed = closedReason(network);
  const exceptions = except.map((text, index) => {
    const path = at("except", index);
    const hole = readCidr(text);
    if (typeof hole === "string") {
      return { path, message: hole };
    }
    if (except.indexOf(text) !== index) {
      return { path, message: `${shown(text)} stands there twice; leave one out` };
    }
    if (!contains(network, hole) || hole[1] === network[1]) {
      return {
        path,
        message: `${shown(text)} is not a part of ${cidr}; an exception lies inside its network and is smaller`,
      };
    }
    return undefined;
  });
  return [
    ...(closed === undefined ? [] : [{ path: at("cidr"), message: `${shown(cidr)} ${closed}` }]),
    ...exceptions.filter((entry) => entry !== undefined),
  ];
}

function vaultContradictions({ secrets }: TenantSpec, tenant: Tenant): Contradiction[] {
  const { tokenTtl, tokenMaxTtl } = tenant.secrets;
  const cidrs = (secrets?.boundCidrs ?? []).map((text, index) => {
    const network = readCidr(text);
    const message =
      typeof network === "string"
        ? network
        : network[1] === 0
          ? `${shown(text)} binds nothing; list networks or leave the field out`
          : undefined;
    return message === undefined ? undefined : { path: ["secrets", "boundCidrs", index], message };
  });
  return [
    ...(tokenMaxTtl > MAX_TOKEN_TTL_SECONDS
      ? [
          {
            path: ["secrets", "tokenMaxTtl"],
            message: `${shown(secrets?.tokenMaxTtl)} is longer than a day; write 24h or less`,
          },
        ]
      : []),
    ...(tokenTtl > tokenMaxTtl
      ? [
          {
            path: ["secrets", "tokenTtl"],
            message: `${shown(secrets?.tokenTtl)} is longer than secrets.tokenMaxTtl, ${secrets?.tokenMaxTtl ?? `${tokenMaxTtl / 60}m by default`}; a token cannot outlive its maximum`,
          },
        ]
      : []),
    ...cidrs.filter((entry) => entry !== undefined),
  ];
}

const CRON_FIELDS: readonly (readonly [name: string, lowest: number, highest: number])[] = [
  ["minute", 0, 59],
  ["hour", 0, 23],
  ["day of month", 1, 31],
  ["month", 1, 12],
  ["day of week", 0, 6],
];

function scheduleContradictions({ backup }: Tenant): Contradiction[] {
  return backup.schedule.split(" ").flatMap((field, index) => {
    const [name, lowest, highest] = CRON_FIELDS[index] ?? ["field", 0, 0];
    const legal = field.split(",").every((part) => {
      // A step needs a range: what 5/10 means differs between schedulers.
      const [, from, to, step] = /^(?!\d+\/)(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [
        "",
        "99",
        "99",
      ];
      const within = [from, to].every(
        (text) => text === undefined || (Number(text) >= lowest && Number(text) <= highest),
      );
      return (
        within && (to === undefined || Number(from) <= Number(to)) && (step === undefined || Number(step) > 0)
      );
    });
    const message = `${shown(backup.schedule)}: ${shown(field)} is no ${name}; write ${lowest} to ${highest}, *, a-b, */n or a-b/n`;
    return legal ? [] : [{ path: ["backup", "schedule"], message }];
  });
}

function repetitions({ owners, access, secrets }: TenantSpec): Contradiction[] {
  const subjects = Object.entries(access ?? {}).flatMap(([role, { groups = [], users = [] }]) => [
    ...repeated(groups, ["access", role, "groups"]),
    ...repeated(users, ["access", role, "users"]),
  ]);
  return [
    ...repeated(owners, ["owners"]),
    ...subjects,
    ...repeated(secrets?.boundCidrs ?? [], ["secrets", "boundCidrs"]),
  ];
}

function repeated(values: readonly string[], path: Path): Contradiction[] {
  return values
    .map((value, index) => ({ value, index }))
    .filter(({ value, index }) => values.indexOf(value) !== index)
    .map(({ value, index }) => ({
      path: [...path, index],
      message: `${shown(value)} stands there twice; leave one out`,
    }));
}

/** A tenant whose namespace would be one of the platform's own: what is open to that would be open to the tenant. */
export function reservedNamespace(tenant: Tenant, { cluster }: Platform): Contradiction[] {
  const own = [
    cluster.gatewayNamespace,
    cluster.observabilityNamespace,
    cluster.backupNamespace,
    cluster.dns.namespace,
  ];
  return tenant.namespaces
    .filter(({ name }) => own.includes(name))
    .map(({ name }) => ({
      path: ["name"],
      message: `${shown(tenant.name)} makes the namespace ${name}, which is the platform's own; choose another name`,
    }));
}

/** What in a tenant reaches into networks that the platform keeps to itself: pods, Services, nodes (R48). */
export function reservedEgress(tenant: Tenant, reservedCidrs: readonly string[]): Contradiction[] {
  return tenant.network.egress.flatMap(({ cidr }, index) => {
    const network = networkOf(cidr);
    const reserved = reservedCidrs.find((range) => overlap(network, networkOf(range)));
    return reserved === undefined
      ? []
      : [
          {
            path: ["network", "egress", index, "cidr"],
            message: `${shown(cidr)} reaches into ${reserved}, the cluster's own network; list only networks outside the cluster`,
          },
        ];
  });
}
