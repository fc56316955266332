import { containsUnknown, isRecord } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import { UNKNOWN } from "../protocol";

/** Tag name → value. */
export type Tags = Readonly<Record<string, string>>;

/** A tag as the services send and receive it. */
export interface TagPair {
  readonly Key: string;
  readonly Value: string;
}

/** The two tag properties of every tagged resource: what the program says, and that over the provider's defaults. */
export const TAG_PROPERTIES: Schema = { tags: { type: "map" }, tagsAll: { type: "map", computed: true } };

/** Adds `tagsAll`, the provider's default tags under the resource's own, as the official Check does. */
export function withAllTags(inputs: Properties, defaults: Tags): Properties {
  if (containsUnknown(inputs.tags)) return { ...inputs, tagsAll: UNKNOWN };
  return { ...inputs, tagsAll: { ...defaults, ...tagsOf(inputs.tags) } };
}

/** The string entries of a tags property. */
export function tagsOf(value: unknown): Tags {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, tag]) =>
      typeof tag === "string" && !key.startsWith("__") ? [[key, tag]] : [],
    ),
  );
}

/** The live tags as the two properties; a default tag shows under `tags` only where the program names it. */
export function tagState(live: Tags, known: Properties, defaults: Tags): Properties {
  const own = tagsOf(known.tags);
  const ignored = (key: string): boolean =>
    key.startsWith("aws:") || (defaults[key] === live[key] && !(key in own));
  const tags = Object.fromEntries(Object.entries(live).filter(([key]) => !ignored(key)));
  const tagsAll = Object.fromEntries(Object.entries(live).filter(([key]) => !key.startsWith("aws:")));
  return { tags, tagsAll };
}

/** What to write and what to remove to get from the recorded tags to the wanted ones. */
export function tagChanges(old: unknown, wanted: unknown): { set: TagPair[]; removed: string[] } {
  const before = tagsOf(old);
  const after = tagsOf(wanted);
  return {
    set: tagPairs(Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value))),
    removed: Object.keys(before).filter((key) => !(key in after)),
  };
}

/** Tags as the services take them. */
export function tagPairs(tags: unknown): TagPair[] {
  return Object.entries(tagsOf(tags)).map(([Key, Value]) => ({ Key, Value }));
}

/** Tags as the services give them, KMS's `TagKey`/`TagValue` already renamed. */
export function tagsFrom(pairs: readonly { Key?: string; Value?: string }[] | undefined): Tags {
  return Object.fromEntries((pairs ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}
