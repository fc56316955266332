/** What a schema cannot say of one tenant: how its fields agree with each other, with its tier and with the world. */

import { readCidr } from "./cidr";
import { environmentContradictions } from "./environment-rules";
import { shown } from "./fault";
import { networkContradictions } from "./network-rules";
import { amountOf, quantity } from "./quantity";
import { BYTES } from "./quota";
import type { Tenant, TenantSpec } from "./tenant";
import { tier, tierNames, type ContainerResources, type Quota, type Runtime } from "./tiers";

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
    ...environmentContradictions(spec, tenant),
    ...placementContradictions(spec, tenant),
    ...networkContradictions(spec),
    ...engineContradictions(spec),
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

function placementContradictions(spec: TenantSpec, { tier: tierName }: Tenant): Contradiction[] {
  const { pool, runtimes } = tier(tierName);
  const homeless = spec.placement?.pool === "shared" && pool === "dedicated";
  const { runtimeClass } = spec;
  return [
    ...(homeless
      ? [
          {
            path: ["placement", "pool"],
            message: `tier ${tierName} has no shared nodes; leave placement out or choose another tier`,
          },
        ]
      : []),
    ...(runtimeClass === undefined || runtimes.includes(runtimeClass)
      ? []
      : [
          {
            path: ["runtimeClass"],
            message: `${runtimeClass} is not on the nodes of tier ${tierName}; choose tier ${runtimeTiers(runtimeClass)} or leave it out`,
          },
        ]),
  ];
}

function runtimeTiers(runtime: Runtime): string {
  return tierNames.filter((name) => tier(name).runtimes.includes(runtime)).join(" or ");
}

/** Fields of one engine say nothing to the other. */
function engineContradictions({ secrets = {} }: TenantSpec): Contradiction[] {
  const { engine = "vault" } = secrets;
  const foreign =
    engine === "vault" ? (["names"] as const) : (["tokenTtl", "tokenMaxTtl", "boundCidrs"] as const);
  const other = engine === "vault" ? "aws-secrets-manager" : "vault";
  return foreign
    .filter((field) => secrets[field] !== undefined)
    .map((field) => ({
      path: ["secrets", field],
      message: `belongs to the engine ${other}, and this tenant's is ${engine}; leave it out`,
    }));
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

function repetitions({ owners, access, secrets, network }: TenantSpec): Contradiction[] {
  const subjects = Object.entries(access ?? {}).flatMap(([role, { groups = [], users = [] }]) => [
    ...repeated(groups, ["access", role, "groups"]),
    ...repeated(users, ["access", role, "users"]),
  ]);
  return [
    ...repeated(owners, ["owners"]),
    ...subjects,
    ...repeated(secrets?.boundCidrs ?? [], ["secrets", "boundCidrs"]),
    ...repeated(secrets?.names ?? [], ["secrets", "names"]),
    ...repeated(network?.ingress?.hosts ?? [], ["network", "ingress", "hosts"]),
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
