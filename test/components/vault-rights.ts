/** The rights that Vault finds for a path. */

import assert from "node:assert/strict";
import type { VaultRight, VaultRights } from "../../model/provisioner-vault";

/** As Vault matches: `+` is one whole segment, a closing `*` any rest. */
export function rightsOn(path: string, rights: VaultRights): VaultRight | undefined {
  const patterns = Object.entries(rights).filter(([pattern]) => {
    const expression = pattern.replace(/\*$/, "@").replaceAll("+", "[^/]+").replace(/@$/, ".*");
    return new RegExp(`^${expression}$`).test(path);
  });
  assert.ok(patterns.length <= 1, `${path} is matched by ${patterns.map(([pattern]) => pattern).join(", ")}`);
  return patterns[0]?.[1];
}
