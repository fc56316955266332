/** Judges the tags of AWS resources: by them people and policies tell whose a resource is (R13). */

import type { Bench } from "../ledger";

interface Tag {
  readonly Key?: string;
  readonly Value?: string;
  /** KMS has names of its own for both. */
  readonly TagKey?: string;
  readonly TagValue?: string;
}

/** Tags by key, as any service hands them out. */
export function tagsOf(tags: readonly Tag[] | undefined): Map<string, string> {
  return new Map(
    (tags ?? []).map(({ Key, Value, TagKey, TagValue }) => [Key ?? TagKey ?? "", Value ?? TagValue ?? ""]),
  );
}

export function judgeTags(
  object: string,
  found: ReadonlyMap<string, string>,
  declared: Readonly<Record<string, string>>,
  { expect }: Bench,
): void {
  for (const [key, value] of Object.entries(declared)) {
    const tag = found.get(key);
    expect(object, tag === value, `has tag ${key}=${tag ?? "none"} instead of ${value}`);
  }
}
