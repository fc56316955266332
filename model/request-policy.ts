/** The platform's own law over requests: what teams may ask for. What it does not name is not granted (R15, R16). */

import { z } from "zod";
import { contains, networkOf, readCidr } from "./cidr";
import { readDocument } from "./document";
import { shown, type Fault } from "./fault";
import { sentences } from "./issue";
import { amountOf } from "./quantity";
import { WITHHELD, type TenantRequest } from "./request";
import { quantityFaults, type Contradiction } from "./rules";
import { roleNames, tenantSchema } from "./tenant";
import { tier, tierNames, type Quota } from "./tiers";

/** `*` stands for any letters, `{name}` for the tenant's name. */
const pattern = z.string().min(1).max(253);
const domain = z
  .string()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]+$/, {
    error: "is not a domain in lower case; write example.com",
  });
const network = z.string().refine((text) => Array.isArray(readCidr(text)), {
  error: "is not a network; write 203.0.113.0/24 or 2001:db8::/32",
});
export const requestPolicySchema = z.strictObject({
  tiers: z.array(z.enum(tierNames)).min(1).describe("Tiers that may be asked for."),
  ownerDomains: z.array(domain).min(1).describe("Mail domains of owners, and of single users with access."),
  environments: z.int().min(0).max(10).default(0).describe("The most environments of one tenant."),
  quota: tenantSchema.shape.quota
    .unwrap()
    .prefault({})
    .describe("The most of each; what is not named: the tier's default."),
  groups: z.array(pattern).default([]).describe("Groups that may be given access."),
  egress: z
    .strictObject({
      networks: z.array(network).default([]).describe("Networks that the destinations must lie in."),
      hosts: z.array(pattern).default([]).describe("Destinations by name."),
    })
    .prefault({})
    .describe("Ways out that may be asked for."),
  hosts: z.array(pattern).default([]).describe("Host names that may be led to a tenant."),
});
export type RequestPolicy = z.output<typeof requestPolicySchema>;

/** Reads the policy, or returns every fault in it. */
export function readRequestPolicy(bytes: Uint8Array, file: string): RequestPolicy | Fault[] {
  const document = readDocument(bytes, file);
  if (Array.isArray(document)) {
    return document;
  }
  const read = requestPolicySchema.safeParse(document.value);
  if (read.success) {
    const wrong = quantityFaults(read.data);
    return wrong.length === 0 ? read.data : wrong.map(({ path, message }) => document.fault(path, message));
  }
  const fields = Object.keys(requestPolicySchema.shape);
  return read.error.issues
    .flatMap((issue) => sentences(issue, document.value, (at) => (at.length === 0 ? fields : [])))
    .map(({ path, message, onKey }) => document.fault(path, message, onKey));
}

/** Everything that a request asks for and the policy does not grant; none where it may be accepted. */
export function judgeRequest(request: TenantRequest, policy: RequestPolicy): Fault[] {
  const found = RULES.flatMap((rule) => rule(request, policy));
  return [...request.withheld, ...found.map(({ path, message }) => request.document.fault(path, message))];
}

type Rule = (request: TenantRequest, policy: RequestPolicy) => Contradiction[];

const RULES: readonly Rule[] = [
  tierGranted,
  ownersGranted,
  environmentsGranted,
  quotaGranted,
  groupsGranted,
  usersGranted,
  egressGranted,
  hostsGranted,
  addressesGranted,
];

function tierGranted({ tenant }: TenantRequest, { tiers }: RequestPolicy): Contradiction[] {
  return tiers.includes(tenant.tier)
    ? []
    : [{ path: ["tier"], message: `${tenant.tier} is not for the asking; ask for ${tiers.join(" or ")}` }];
}

function ownersGranted({ fields }: TenantRequest, { ownerDomains }: RequestPolicy): Contradiction[] {
  return fields.owners.flatMap((owner, index) => strangers(owner, ["owners", index], ownerDomains));
}

function usersGranted({ fields: { access = {} } }: TenantRequest, { ownerDomains }: RequestPolicy) {
  return roleNames.flatMap((role) =>
    (access[role]?.users ?? []).flatMap((user, index) =>
      strangers(user, ["access", role, "users", index], ownerDomains),
    ),
  );
}

function strangers(
  address: string,
  path: Contradiction["path"],
  domains: readonly string[],
): Contradiction[] {
  const at = address.lastIndexOf("@");
  return at > 0 && domains.includes(address.slice(at + 1).toLowerCase())
    ? []
    : [
        {
          path,
          message: `${shown(address)} is no address of ${domains.join(" or ")}; name somebody who has one`,
        },
      ];
}

function environmentsGranted(
  { fields }: TenantRequest,
  { environments: most }: RequestPolicy,
): Contradiction[] {
  const { environments = [] } = fields;
  const instead = most === 0 ? "leave them out" : `ask for at most ${most}`;
  return environments.length <= most
    ? []
    : [
        {
          path: ["environments"],
          message: `are ${environments.length}, more than may be asked for; ${instead}`,
        },
      ];
}

/** Only what is asked for: what follows from the tier or from another field, its ceiling bounds. */
function quotaGranted(
  { fields, tenant }: TenantRequest,
  { quota: ceilings }: RequestPolicy,
): Contradiction[] {
  const most: Quota = { ...tier(tenant.tier).quota, ...ceilings };
  return Object.entries(fields.quota ?? {}).flatMap(([field, asked]) => {
    const limit = most[field as keyof Quota];
    return amountOf(String(asked)) <= amountOf(String(limit))
      ? []
      : [
          {
            path: ["quota", field],
            message: `${shown(asked)} is above ${limit}, the most that may be asked for; ask for less, or ask the platform's people`,
          },
        ];
  });
}

function groupsGranted({ fields, tenant }: TenantRequest, { groups }: RequestPolicy): Contradiction[] {
  return roleNames.flatMap((role) =>
    (fields.access?.[role]?.groups ?? []).flatMap((group, index) =>
      unlisted(group, ["access", role, "groups", index], groups, tenant.name),
    ),
  );
}

function hostsGranted({ fields, tenant }: TenantRequest, { hosts }: RequestPolicy): Contradiction[] {
  return (fields.network?.ingress?.hosts ?? []).flatMap((host, index) =>
    unlisted(host, ["network", "ingress", "hosts", index], hosts, tenant.name),
  );
}

function egressGranted({ fields, tenant }: TenantRequest, { egress }: RequestPolicy): Contradiction[] {
  const networks = egress.networks.map(networkOf);
  return (fields.network?.egress ?? []).flatMap(({ cidr, host }, index) => {
    const path = ["network", "egress", index];
    if (host !== undefined) {
      return unlisted(host, [...path, "host"], egress.hosts, tenant.name);
    }
    return cidr === undefined || networks.some((outer) => contains(outer, networkOf(cidr)))
      ? []
      : [{ path: [...path, "cidr"], message: `${shown(cidr)} ${notGranted(egress.networks)}` }];
  });
}

function addressesGranted({ fields }: TenantRequest): Contradiction[] {
  return fields.network?.podCidr === undefined ? [] : [{ path: ["network", "podCidr"], message: WITHHELD }];
}

function unlisted(
  value: string,
  path: Contradiction["path"],
  patterns: readonly string[],
  name: string,
): Contradiction[] {
  const meant = patterns.map((each) => each.replaceAll("{name}", name));
  return meant.some((each) => matches(value, each))
    ? []
    : [{ path, message: `${shown(value)} ${notGranted(meant)}` }];
}

function notGranted(granted: readonly string[]): string {
  return granted.length === 0
    ? "is not for the asking; leave it out, and ask the platform's people"
    : `is not within what may be asked for: ${granted.join(", ")}`;
}

function matches(value: string, wildcard: string): boolean {
  const parts = wildcard.split("*").map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^\\s]+")}$`).test(value);
}
