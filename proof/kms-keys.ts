/** Questions to KMS about the keys of an account, as many at once as it takes. */

import {
  DescribeKeyCommand,
  paginateListAliases,
  paginateListKeys,
  paginateListResourceTags,
  type KeyMetadata,
  type KMSClient,
} from "@aws-sdk/client-kms";
import { absent } from "./live/policy";
import { tagsOf } from "./live/tags";

/** Questions at once: KMS answers few requests a second. */
const WINDOW = 8;

/** Ids of keys by alias. */
export async function aliasesOf(kms: KMSClient): Promise<Map<string, string>> {
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

/** Ids of all keys of the account. */
export async function keyIds(client: KMSClient): Promise<string[]> {
  const ids: string[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client }, {})) {
    ids.push(...Keys.flatMap(({ KeyId }) => KeyId ?? []));
  }
  return ids;
}

/** Keys of AWS's own show their tags to nobody, and a key may be gone by now. */
export async function tagsOfKey(client: KMSClient, KeyId: string): Promise<Map<string, string>> {
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

/** A key is alive until somebody schedules its end. */
export async function isAlive(kms: KMSClient, keyId: string): Promise<boolean> {
  const state = (await describe(kms, keyId))?.KeyState;
  return state !== undefined && state !== "PendingDeletion";
}

/** What KMS says of a key; undefined where there is none. */
export async function describe(kms: KMSClient, KeyId: string): Promise<KeyMetadata | undefined> {
  const found = await kms.send(new DescribeKeyCommand({ KeyId })).catch(absent("NotFoundException"));
  return found?.KeyMetadata;
}

/** Does so many at once, and keeps the order. */
export async function inLanes<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<readonly R[]>,
): Promise<R[]> {
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
