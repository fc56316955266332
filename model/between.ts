/** What no tenant file can see alone: an id, a group, a host or a pool of addresses that two tenants claim. */

import { networkOf } from "./cidr";
import type { TenantDocument } from "./document";
import { shown, type Fault } from "./fault";
import { POOL_BLOCK } from "./network-rules";
import { roleNames, type Tenant } from "./tenant";

interface Claimant {
  readonly tenant: Tenant;
  readonly document: TenantDocument;
}

interface Claim {
  readonly path: readonly (string | number)[];
  readonly value: string;
  /** What nobody after may need; default: the value. */
  readonly takes?: readonly string[];
  /** What nobody before may have taken; default: the value. */
  readonly needs?: readonly string[];
}

interface Rule {
  readonly claims: (tenant: Tenant) => readonly Claim[];
  readonly sentence: (mine: string, theirs: string, owner: string) => string;
}

const RULES: readonly Rule[] = [
  {
    claims: ({ id }) => [{ path: ["id"], value: id }],
    sentence: (mine, _, owner) => `${shown(mine)} is the id of ${owner} too; make one with \`uuidgen -r\``,
  },
  {
    claims: ({ access }) =>
      roleNames.flatMap((role) =>
        access[role].groups.map((value, index) => ({ path: ["access", role, "groups", index], value })),
      ),
    sentence: (mine, _, owner) => `${shown(mine)} belongs to ${owner}; a group belongs to one tenant`,
  },
  {
    claims: ({ network }) =>
      network.hosts.map((value, index) => ({
        path: ["network", "ingress", "hosts", index],
        value,
        ...hostClaims(value),
      })),
    sentence: (mine, theirs, owner) =>
      mine === theirs
        ? `${shown(mine)} leads to ${owner}; a host leads to one tenant`
        : `${shown(mine)} and ${shown(theirs)} of ${owner} cover each other; a host leads to one tenant`,
  },
  {
    claims: ({ network: { podCidr } }) =>
      podCidr === undefined
        ? []
        : [{ path: ["network", "podCidr"], value: podCidr, ...blockClaims(podCidr) }],
    sentence: (mine, theirs, owner) =>
      `${shown(mine)} overlaps ${theirs} of ${owner}; each tenant has addresses of its own`,
  },
];

/**
 * Every claim that an earlier file makes too. Derived names need no comparing: names are unique because files are, and
 * `names.ts` is injective.
 */
export function faultsBetween(read: readonly Claimant[]): Fault[] {
  return RULES.flatMap((rule) => clashes(rule, read));
}

function clashes({ claims, sentence }: Rule, read: readonly Claimant[]): Fault[] {
  const taken = new Map<string, { readonly value: string; readonly owner: Claimant }>();
  return read.flatMap((claimant) => {
    const mine = claims(claimant.tenant);
    const faults = mine.flatMap(({ path, value, needs = [value] }) => {
      const [first] = needs.flatMap((key) => taken.get(key) ?? []);
      return first === undefined
        ? []
        : [claimant.document.fault(path, sentence(value, first.value, nameOf(first.owner)))];
    });
    for (const { value, takes = [value] } of mine) {
      for (const key of takes) {
        taken.set(key, taken.get(key) ?? { value, owner: claimant });
      }
    }
    return faults;
  });
}

function nameOf({ tenant, document }: Claimant): string {
  return `tenant ${tenant.name} (${document.file})`;
}

/** A wildcard covers every name below it, at any depth. */
function hostClaims(host: string): Pick<Claim, "takes" | "needs"> {
  const labels = host.split(".");
  const parents = labels.slice(1).map((_, index) => labels.slice(index + 1).join("."));
  const below = host.startsWith("*.") ? [`below ${host.slice(2)}`] : [];
  return {
    takes: [host, ...parents.map((parent) => `below ${parent}`)],
    needs: [host, ...parents.map((parent) => `*.${parent}`), ...below],
  };
}

/** The blocks of 64 addresses that a pool is made of. */
function blockClaims(cidr: string): Pick<Claim, "takes" | "needs"> {
  const [address, bits] = networkOf(cidr);
  const first = address.toByteArray().reduce((number, byte) => number * 256 + byte, 0) / POOL_BLOCK;
  const blocks = Array.from({ length: 2 ** (32 - bits) / POOL_BLOCK }, (_, index) => String(first + index));
  return { takes: blocks, needs: blocks };
}
