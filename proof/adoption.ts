/**
 * Finds the KMS keys that tenants have already, whether or not the state knows of them. A run that was killed between
 * making a key and recording it leaves one behind that nobody would look for: the next would make a second, and data
 * would lie under two. So the program imports what stands; a key is the one resource whose name AWS makes up.
 */

import {
  DescribeKeyCommand,
  KMSClient,
  paginateListAliases,
  paginateListKeys,
  paginateListResourceTags,
  type KeyMetadata,
} from "@aws-sdk/client-kms";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";
import { AWS_TIMEOUTS } from "./live/aws";
import { absent } from "./live/policy";
import { tagsOf } from "./live/tags";
import { hiddenKeys, judgeKeyState } from "./preflight/aws";
import type { Problem } from "./preflight/problem";

/** Keys asked about at once: KMS answers few requests a second. */
const WINDOW = 8;

/** A tenant's key as it stands in AWS. */
export interface StandingKey {
  readonly keyId: string;
  /** Where the key bears the tenant's alias. */
  readonly alias?: string;
}

export interface StandingKeys {
  /** By tenant id. */
  readonly keys: ReadonlyMap<string, StandingKey>;
  readonly problems: readonly Problem[];
}

/**
 * The keys of tenants by alias; of those that have none, by tag, in one sweep over the keys of the account. A key is a
 * tenant's only where its tags say so: an alias alone may have been moved.
 */
export async function standingKeys(tenants: readonly Tenant[], { aws }: Platform): Promise<StandingKeys> {
  const kms = new KMSClient({ region: aws.region, maxAttempts: 8, requestHandler: AWS_TIMEOUTS });
  try {
    const aliases = await aliasesOf(kms);
    const aliased = await byAlias(kms, tenants, aliases);
    const nameless = tenants.filter(({ id }) => !aliases.has(names.keyAlias(id)));
    const swept = nameless.length === 0 ? NONE : await sweep(kms, nameless, spokenFor(aliases));
    return { keys: new Map([...aliased, ...swept.keys]), problems: swept.problems };
  } catch (error) {
    return { keys: new Map(), problems: [hiddenKeys(error, RIGHTS)] };
  }
}

const RIGHTS = ["kms:ListAliases", "kms:ListKeys", "kms:ListResourceTags", "kms:DescribeKey"];
const NONE: StandingKeys = { keys: new Map(), problems: [] };

async function aliasesOf(kms: KMSClient): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { Aliases = [] } of paginateListAliases({ client: kms }, {})) {
    for (const { AliasName = "", TargetKeyId } of Aliases) {
      if (TargetKeyId !== undefined) {
        found.set(AliasName, TargetKeyId);
      }
    }
  }
  return found;
}

/** Keys of AWS's own, and those of other tenants: none of them is the key of a tenant without an alias. */
function spokenFor(aliases: ReadonlyMap<string, string>): ReadonlySet<string> {
  const prefixes = ["alias/aws/", names.keyAlias("")];
  const named = [...aliases].filter(([alias]) => prefixes.some((prefix) => alias.startsWith(prefix)));
  return new Set(named.map(([, keyId]) => keyId));
}

function byAlias(
  kms: KMSClient,
  tenants: readonly Tenant[],
  aliases: ReadonlyMap<string, string>,
): Promise<[string, StandingKey][]> {
  return inLanes(tenants, async (tenant) => {
    const alias = names.keyAlias(tenant.id);
    const keyId = aliases.get(alias);
    return keyId !== undefined && isOf(tenant, await tagsOfKey(kms, keyId))
      ? [[tenant.id, { keyId, alias }]]
      : [];
  });
}

interface Candidate {
  readonly keyId: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** Looks at every key that nobody is known to have, for those that bear the tag of one of the tenants. */
async function sweep(
  kms: KMSClient,
  tenants: readonly Tenant[],
  taken: ReadonlySet<string>,
): Promise<StandingKeys> {
  const ids: string[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client: kms }, {})) {
    ids.push(...Keys.flatMap(({ KeyId }) => (KeyId === undefined || taken.has(KeyId) ? [] : [KeyId])));
  }
  const candidates = await inLanes(ids, async (keyId): Promise<Candidate[]> => [
    { keyId, tags: await tagsOfKey(kms, keyId) },
  ]);
  const keys = new Map<string, StandingKey>();
  const problems = await inLanes(tenants, async (tenant) => {
    const mine = candidates.filter(({ tags }) => tags.get(labels.TENANT) === tenant.id);
    const [first, ...others] = await alive(kms, mine);
    if (first === undefined) {
      // What is being destroyed may hold the tenant's data: making another key would hide that.
      const [gone] = mine;
      return gone === undefined ? [] : judgeKeyState(tenant, await describe(kms, gone));
    }
    if (others.length > 0 || !isOf(tenant, first.tags)) {
      return [refusal(tenant, [first, ...others])];
    }
    keys.set(tenant.id, { keyId: first.keyId });
    return judgeKeyState(tenant, await describe(kms, first));
  });
  return { keys, problems };
}

async function alive(kms: KMSClient, candidates: readonly Candidate[]): Promise<Candidate[]> {
  return inLanes(candidates, async (candidate) =>
    (await describe(kms, candidate))?.KeyState === "PendingDeletion" ? [] : [candidate],
  );
}

async function describe(kms: KMSClient, { keyId }: Candidate): Promise<KeyMetadata | undefined> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
  return KeyMetadata;
}

/** Nobody but people can say which of several keys encrypts a tenant's data, or whose a key of two lists is. */
function refusal(tenant: Tenant, candidates: readonly Candidate[]): Problem {
  const found = candidates
    .map(({ keyId, tags }) => `${keyId} (${labels.LIST}=${tags.get(labels.LIST) ?? "none"})`)
    .join(", ");
  const message =
    candidates.length === 1
      ? `a KMS key with the tag ${labels.TENANT}=${tenant.id} of tenant ${tenant.name} is not of the list ${tenant.list}: ${found}; it is not adopted: give the tenant an id of its own, or correct the key's tag`
      : `tenant ${tenant.name} has ${candidates.length} KMS keys without an alias: ${found}; find out which of them encrypts its data and give that one the alias ${names.keyAlias(tenant.id)}`;
  return { kind: "conflict", message };
}

function isOf(tenant: Tenant, tags: ReadonlyMap<string, string>): boolean {
  const { [labels.TENANT]: id, [labels.LIST]: list } = labels.tenantTags(tenant);
  return tags.get(labels.TENANT) === id && tags.get(labels.LIST) === list;
}

/** Keys of AWS's own show their tags to nobody, and a key may be gone by now. */
async function tagsOfKey(client: KMSClient, KeyId: string): Promise<Map<string, string>> {
  const tags = new Map<string, string>();
  try {
    for await (const { Tags } of paginateListResourceTags({ client }, { KeyId })) {
      tagsOf(Tags).forEach((value, key) => tags.set(key, value));
    }
    return tags;
  } catch (error) {
    absent("AccessDeniedException", "NotFoundException")(error);
    return tags;
  }
}

/** Does so many at once, and keeps the order. */
async function inLanes<T, R>(items: readonly T[], work: (item: T) => Promise<readonly R[]>): Promise<R[]> {
  const waiting = [...items.entries()];
  const done: (readonly R[])[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, item] = next;
      done[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, lane));
  return done.flat();
}
