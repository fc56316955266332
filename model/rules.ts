/** What a schema cannot say of one tenant: how its fields agree with each other, with its tier and with the world. */

import { emptyParts, environmentContradictions } from "./environment-rules";
import { shown } from "./fault";
import { lifecycleContradictions } from "./lifecycle-rules";
import { networkContradictions } from "./network-rules";
import { amountOf, quantity } from "./quantity";
import { BYTES } from "./quota";
import { containerContradictions, quotaContradictions } from "./quota-rules";
import { scheduleContradictions } from "./schedule-rules";
import { engineContradictions, vaultContradictions } from "./secrets-rules";
import type { Tenant, TenantSpec } from "./tenant";
import { tier, tierNames, type Runtime } from "./tiers";

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

/** Quantities that no number can stand for, or that are surely meant otherwise. These must hold before `resolve`. */
export function quantityFaults(spec: Pick<TenantSpec, "quota" | "containers">): Contradiction[] {
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

type Field = keyof TenantSpec;

interface Rule {
  readonly reads: readonly Field[];
  readonly find: (spec: TenantSpec, tenant: Tenant) => Contradiction[];
}

const RULES: readonly Rule[] = [
  { reads: ["name"], find: reservedName },
  { reads: ["owners"], find: ({ owners }) => repeated(owners, ["owners"]) },
  { reads: ["access"], find: repeatedSubjects },
  { reads: ["tier", "quota"], find: (_, tenant) => quotaContradictions(tenant) },
  { reads: ["tier", "quota", "containers"], find: containerContradictions },
  { reads: ["environments"], find: environmentContradictions },
  { reads: ["tier", "quota", "environments"], find: emptyParts },
  { reads: ["tier", "placement"], find: homelessPool },
  { reads: ["tier", "runtimeClass"], find: homelessRuntime },
  { reads: ["network"], find: networkContradictions },
  {
    reads: ["network"],
    find: ({ network }) => repeated(network?.ingress?.hosts ?? [], ["network", "ingress", "hosts"]),
  },
  { reads: ["secrets"], find: engineContradictions },
  { reads: ["secrets"], find: vaultContradictions },
  { reads: ["secrets"], find: ({ secrets }) => repeated(secrets?.names ?? [], ["secrets", "names"]) },
  { reads: ["lifecycle"], find: lifecycleContradictions },
  { reads: ["backup"], find: (_, tenant) => scheduleContradictions(tenant) },
];

/**
 * Every contradiction of a tenant.
 *
 * @param doubtful fields of which one does not know what they mean: nothing is said of what depends on them.
 */
export function contradictions(
  spec: TenantSpec,
  tenant: Tenant,
  doubtful: ReadonlySet<string> = new Set(),
): Contradiction[] {
  return RULES.filter(({ reads }) => !reads.some((field) => doubtful.has(field))).flatMap(({ find }) =>
    find(spec, tenant),
  );
}

function reservedName({ name }: TenantSpec): Contradiction[] {
  const owner = RESERVED.find(([names]) => names.test(name))?.[1];
  return owner === undefined
    ? []
    : [{ path: ["name"], message: `${shown(name)} is reserved by ${owner}; choose another name` }];
}

function homelessPool({ placement }: TenantSpec, { tier: tierName }: Tenant): Contradiction[] {
  return placement?.pool === "shared" && tier(tierName).pool === "dedicated"
    ? [
        {
          path: ["placement", "pool"],
          message: `tier ${tierName} has no shared nodes; leave placement out or choose another tier`,
        },
      ]
    : [];
}

function homelessRuntime({ runtimeClass }: TenantSpec, { tier: tierName }: Tenant): Contradiction[] {
  return runtimeClass === undefined || tier(tierName).runtimes.includes(runtimeClass)
    ? []
    : [
        {
          path: ["runtimeClass"],
          message: `${runtimeClass} is not on the nodes of tier ${tierName}; choose tier ${runtimeTiers(runtimeClass)} or leave it out`,
        },
      ];
}

function runtimeTiers(runtime: Runtime): string {
  return tierNames.filter((name) => tier(name).runtimes.includes(runtime)).join(" or ");
}

function repeatedSubjects({ access = {} }: TenantSpec): Contradiction[] {
  return Object.entries(access).flatMap(([role, { groups = [], users = [] }]) => [
    ...repeated(groups, ["access", role, "groups"]),
    ...repeated(users, ["access", role, "users"]),
  ]);
}

/** What a list says a second time. */
function repeated(values: readonly string[], path: Path): Contradiction[] {
  return values
    .map((value, index) => ({ value, index }))
    .filter(({ value, index }) => values.indexOf(value) !== index)
    .map(({ value, index }) => ({
      path: [...path, index],
      message: `${shown(value)} stands there twice; leave one out`,
    }));
}
