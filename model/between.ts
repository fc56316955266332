/** What no tenant file can see alone: an id, a group, a host or a pool of addresses that two tenants claim. */

import { networkOf } from "./cidr";
import type { TenantDocument } from "./document";
import { printable, shown, type Fault } from "./fault";
import type { State } from "./lifecycle";
import { POOL_BLOCK, podContradictions } from "./network-rules";
import { valueAt } from "./position";
import type { Path } from "./rules";
import { roleNames } from "./tenant";

/** A file, and what is wrong in it: it takes part by what is sound, so that nobody mends a file into a clash. */
export interface Claimant {
  readonly document: TenantDocument;
  readonly wrong: readonly { readonly path: Path }[];
}

interface Claim {
  readonly path: Path;
  readonly value: string;
  /** What nobody after may need; default: the value. */
  readonly takes?: readonly string[];
  /** What nobody before may have taken; default: the value. */
  readonly needs?: readonly string[];
}

interface Rule {
  /** Whether a tenant of which only data is left claims it still. */
  readonly outlives?: boolean;
  readonly claims: (claimant: Claimant) => readonly Claim[];
  readonly sentence: (mine: string, theirs: string, owner: string) => string;
}

const RULES: readonly Rule[] = [
  {
    outlives: true,
    claims: (claimant) => textsAt(claimant, ["id"]),
    sentence: (mine, _, owner) => `${shown(mine)} is the id of ${owner} too; make one with \`uuidgen -r\``,
  },
  {
    claims: (claimant) => roleNames.flatMap((role) => textsAt(claimant, ["access", role, "groups"])),
    sentence: (mine, _, owner) => `${shown(mine)} belongs to ${owner}; a group belongs to one tenant`,
  },
  {
    claims: (claimant) =>
      textsAt(claimant, ["network", "ingress", "hosts"]).map((claim) => ({
        ...claim,
        ...hostClaims(claim.value),
      })),
    sentence: (mine, theirs, owner) =>
      mine === theirs
        ? `${shown(mine)} leads to ${owner}; a host leads to one tenant`
        : `${shown(mine)} and ${shown(theirs)} of ${owner} cover each other; a host leads to one tenant`,
  },
  {
    claims: (claimant) =>
      textsAt(claimant, ["network", "podCidr"])
        .filter(({ value }) => podContradictions(value).length === 0)
        .map((claim) => ({ ...claim, ...blockClaims(claim.value) })),
    sentence: (mine, theirs, owner) =>
      `${shown(mine)} overlaps ${theirs} of ${owner}; each tenant has addresses of its own`,
  },
];

/** The text at a path, or the texts of the list there, without those that something is wrong with. */
function textsAt({ document, wrong }: Claimant, path: Path): Claim[] {
  const found = valueAt(document.value, path);
  const texts = Array.isArray(found)
    ? found.map((value: unknown, index) => ({ path: [...path, index], value }))
    : [{ path, value: found }];
  return texts.filter(
    (text): text is Claim =>
      typeof text.value === "string" && !wrong.some((other) => leadsTo(other.path, text.path)),
  );
}

function leadsTo(outer: Path, inner: Path): boolean {
  return outer.every((step, index) => step === inner[index]);
}

/**
 * Every claim that an earlier file makes too. Derived names need no comparing: names are unique because files are, and
 * `names.ts` is injective.
 */
export function faultsBetween(read: readonly Claimant[]): Fault[] {
  return RULES.flatMap((rule) => clashes(rule, read));
}

function clashes({ outlives = false, claims, sentence }: Rule, read: readonly Claimant[]): Fault[] {
  const taken = new Map<string, { readonly claim: Claim; readonly owner: Claimant }>();
  return read.flatMap((claimant) => {
    const mine = outlives || !isRetained(claimant) ? claims(claimant) : [];
    const faults = mine.flatMap(({ path, value, needs = [value] }) => {
      const [first] = needs.flatMap((key) => taken.get(key) ?? []);
      return first === undefined
        ? []
        : [
            claimant.document.fault(
              path,
              sentence(value, first.claim.value, nameOf(first.owner, first.claim)),
            ),
          ];
    });
    for (const claim of mine) {
      for (const key of claim.takes ?? [claim.value]) {
        taken.set(key, taken.get(key) ?? { claim, owner: claimant });
      }
    }
    return faults;
  });
}

/** Data keeps the tenant's id, and the file its name; groups, hosts and addresses are free for others. */
function isRetained({ document }: Claimant): boolean {
  return valueAt(document.value, ["lifecycle", "state"]) === ("retained" satisfies State);
}

/** `tenant acme (tenants/prod/acme.yaml:7)`: where the other claim stands. */
function nameOf(owner: Claimant, { path }: Claim): string {
  const { file, line } = owner.document.fault(path, "");
  const place = `${printable(file)}:${line}`;
  const [name] = textsAt(owner, ["name"]);
  return name === undefined ? place : `tenant ${name.value} (${place})`;
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
