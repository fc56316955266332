/** Judges whose key it is that a tenant's alias leads to: whoever moves an alias puts data under another key (R66). */

import {
  ListAliasesCommand,
  ListResourceTagsCommand,
  type AliasListEntry,
  type KMSClient,
  type Tag,
} from "@aws-sdk/client-kms";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Tenant } from "../../model/tenant";
import type { Bench } from "../ledger";
import { judgeTags, tagsOf } from "./tags";

export async function judgeKeyOwner(
  tenant: Tenant,
  kms: KMSClient,
  KeyId: string,
  bench: Bench,
): Promise<void> {
  const alias = names.keyAlias(tenant.id);
  const object = `KMS key ${alias}`;
  const found = tagsOf(await tagsOfKey(kms, KeyId));
  const { [labels.TENANT]: id, ...others } = labels.tenantTags(tenant);
  const owner = found.get(labels.TENANT);
  if (owner === id) {
    judgeTags(object, found, others, bench);
    return;
  }
  const entry = await aliasOf(kms, KeyId, alias);
  const moved = entry?.LastUpdatedDate ?? entry?.CreationDate;
  const when = moved === undefined ? "" : ` at ${moved.toISOString()}`;
  bench.expect(
    object,
    false,
    `leads to the key ${KeyId} with tag ${labels.TENANT}=${owner ?? "none"} instead of ${id}: the alias was moved there${when}, or the tag was changed`,
  );
}

async function tagsOfKey(kms: KMSClient, KeyId: string): Promise<Tag[]> {
  const tags: Tag[] = [];
  let Marker: string | undefined;
  do {
    const page = await kms.send(new ListResourceTagsCommand({ KeyId, Marker }));
    tags.push(...(page.Tags ?? []));
    Marker = page.Truncated === true ? page.NextMarker : undefined;
  } while (Marker !== undefined);
  return tags;
}

/** Only asked where something is amiss. */
async function aliasOf(kms: KMSClient, KeyId: string, alias: string): Promise<AliasListEntry | undefined> {
  let Marker: string | undefined;
  do {
    const page = await kms.send(new ListAliasesCommand({ KeyId, Marker }));
    const entry = page.Aliases?.find(({ AliasName }) => AliasName === alias);
    if (entry !== undefined) {
      return entry;
    }
    Marker = page.Truncated === true ? page.NextMarker : undefined;
  } while (Marker !== undefined);
  return undefined;
}
