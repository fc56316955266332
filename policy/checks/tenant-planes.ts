/**
 * Every tenant of the list has every isolation plane: what is missing has no resource to be judged by (R36, R88). And it
 * has nothing that its state excludes: a binding of a suspended tenant is legal by itself (R89).
 */

import type { Tenant } from "../../model/tenant";
import type { StackCheck } from "../check";
import { physicalName } from "../physical-names";
import { excludedPlanes, planesOf, type Planes } from "../planes";

export const tenantPlanes: StackCheck = {
  name: "tenant-planes",
  description:
    "Every tenant of the list has every part of every isolation plane that its file means, and none that its state excludes (R36, R88, R89).",
  of: "list",
  judgeStack: (resources, { tenants, platform }) => {
    const found = new Set(resources.flatMap((resource) => physicalName(resource) ?? []));
    return tenants.flatMap((tenant) => {
      const missing = faults(tenant, planesOf(tenant, platform), "missing", (part) => !found.has(part));
      const excess = `declared, and the tenant is ${tenant.lifecycle.state}`;
      return [
        ...missing,
        ...faults(tenant, excludedPlanes(tenant, platform), excess, (part) => found.has(part)),
      ];
    });
  },
};

/** A sentence for each plane of which some parts are wrong. */
function faults(
  { name }: Tenant,
  planes: Planes,
  what: string,
  isWrong: (part: string) => boolean,
): string[] {
  return Object.entries(planes).flatMap(([plane, parts]) => {
    const wrong = parts.filter(isWrong);
    return wrong.length === 0
      ? []
      : [`tenant ${name}: ${plane}: ${wrong.join(", ")} ${wrong.length === 1 ? "is" : "are"} ${what}`];
  });
}
