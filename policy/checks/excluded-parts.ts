/**
 * A tenant has nothing that its state excludes: a binding of a suspended tenant is legal by itself (R89). Judged resource by
 * resource, as they are declared: the stack as a whole still holds what the same run is about to delete.
 */

import type { ResourceCheck } from "../check";
import { physicalName } from "../physical-names";
import { excludedPlanes } from "../planes";
import type { Setting } from "../project";

export const excludedParts: ResourceCheck = {
  name: "excluded-parts",
  description: "No tenant is given what the state that its file says excludes (R89, R90).",
  about: () => true,
  judge: (resource, setting) => {
    const found = excludedIn(setting).get(physicalName(resource) ?? "");
    return found === undefined ? [] : [found];
  },
};

const known = new WeakMap<Setting, ReadonlyMap<string, string>>();

/** What is wrong with each part, by its physical name; worked out once. */
function excludedIn(setting: Setting): ReadonlyMap<string, string> {
  const excluded = known.get(setting) ?? derive(setting);
  known.set(setting, excluded);
  return excluded;
}

function derive({ tenants, platform }: Setting): ReadonlyMap<string, string> {
  return new Map(
    tenants.flatMap((tenant) =>
      Object.values(excludedPlanes(tenant, platform))
        .flat()
        .map((part): [string, string] => [
          part,
          `${part} of tenant ${tenant.name}: is declared, and the tenant is ${tenant.lifecycle.state}; leave it out, or have the tenant's file changed (lifecycle.state)`,
        ]),
    ),
  );
}
