/**
 * Finds the KMS keys that tenants have already, whether or not the state knows of them. A run that was killed between
 * making a key and recording it leaves one behind that nobody would look for: the next would make a second, and data
 * would lie under two. So the program imports what stands; a key is the one resource whose name AWS makes up.
 */

import { KMSClient } from "@aws-sdk/client-kms";
import { z } from "zod";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";
import { aliasesOf, describe, inLanes, isAlive, keyIds, tagsOfKey } from "./kms-keys";
import { AWS_TIMEOUTS } from "./live/aws";
import { hiddenKeys, judgeKeyState } from "./preflight/aws";
import type { Problem } from "./preflight/problem";

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
 *
 * @param recorded ids of keys by tenant id, as the last run left them: another key never takes the place of one of these.
 */
export async function standingKeys(
  tenants: readonly Tenant[],
  { aws }: Platform,
  recorded: ReadonlyMap<string, string> = new Map(),
): Promise<StandingKeys> {
  const kms = new KMSClient({ region: aws.region, maxAttempts: 8, requestHandler: AWS_TIMEOUTS });
  const keys = new Map<string, StandingKey>();
  try {
    const aliases = await aliasesOf(kms);
    const tagged = await keysByTag(kms, tenants, aliases);
    const problems = await inLanes(tenants, async (tenant) => {
      const found = await keyOf(tenant, kms, aliases, tagged);
      if (Array.isArray(found)) {
        return found;
      }
      // The engine would delete the key that it knows, to have this one in its place.
      const before = recorded.get(tenant.id) ?? found.keyId;
      if (before !== found.keyId) {
        return (await isAlive(kms, before)) ? [changed(tenant, before, found.keyId)] : [];
      }
      keys.set(tenant.id, found);
      return [];
    });
    return { keys, problems };
  } catch (error) {
    return { keys, problems: [hiddenKeys(error, RIGHTS)] };
  }
}

const RIGHTS = ["kms:ListAliases", "kms:ListKeys", "kms:ListResourceTags", "kms:DescribeKey"];

const outputs = z.record(z.string(), z.object({ id: z.string(), keyArn: z.string() }));

/**
 * Ids of keys by tenant id.
 *
 * @param tenants the output of that name of the last run; undefined before the first.
 */
export function recordedKeys(tenants: unknown): Map<string, string> {
  const { data = {} } = outputs.safeParse(tenants);
  return new Map(Object.values(data).map(({ id, keyArn }) => [id, keyArn.split("/").at(-1) ?? ""]));
}

interface TaggedKey {
  readonly keyId: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** The keys of the account that nobody is known to have; none where every tenant has an alias. */
async function keysByTag(
  kms: KMSClient,
  tenants: readonly Tenant[],
  aliases: ReadonlyMap<string, string>,
): Promise<TaggedKey[]> {
  if (tenants.every(({ id }) => aliases.has(names.keyAlias(id)))) {
    return [];
  }
  // AWS's own, and those of tenants that have an alias.
  const prefixes = ["alias/aws/", names.keyAlias("")];
  const taken = new Set(
    [...aliases].flatMap(([alias, id]) => (prefixes.some((prefix) => alias.startsWith(prefix)) ? [id] : [])),
  );
  const ids = (await keyIds(kms)).filter((id) => !taken.has(id));
  return inLanes(ids, async (keyId) => [{ keyId, tags: await tagsOfKey(kms, keyId) }]);
}

/** The key of a tenant, or what is wrong with it: nothing, where there is none. */
async function keyOf(
  tenant: Tenant,
  kms: KMSClient,
  aliases: ReadonlyMap<string, string>,
  tagged: readonly TaggedKey[],
): Promise<StandingKey | Problem[]> {
  const alias = names.keyAlias(tenant.id);
  const aliased = aliases.get(alias);
  if (aliased !== undefined) {
    return isOf(tenant, await tagsOfKey(kms, aliased)) ? { keyId: aliased, alias } : [];
  }
  const mine = tagged.filter(({ tags }) => tags.get(labels.TENANT) === tenant.id);
  const living = await inLanes(mine, async (key) => ((await isAlive(kms, key.keyId)) ? [key] : []));
  const [only, ...others] = living;
  if (others.length > 0 || (only !== undefined && !isOf(tenant, only.tags))) {
    return [refusal(tenant, living)];
  }
  // What is being destroyed may hold the tenant's data: making another key would hide that.
  const found = only ?? mine[0];
  const unfit = found === undefined ? [] : judgeKeyState(tenant, await describe(kms, found.keyId));
  return found === undefined || unfit.length > 0 ? unfit : { keyId: found.keyId };
}

function changed({ id, name }: Tenant, before: string, now: string): Problem {
  const alias = names.keyAlias(id);
  const message = `the KMS key of tenant ${name} is ${now} by its alias ${alias} and its tags, and the last run left it at ${before}, which is alive; find out who changed that, and give the alias back: aws kms update-alias --alias-name ${alias} --target-key-id ${before}`;
  return { kind: "conflict", message };
}

/** Nobody but people can say which of several keys encrypts a tenant's data, or whose a key of two lists is. */
function refusal(tenant: Tenant, candidates: readonly TaggedKey[]): Problem {
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
