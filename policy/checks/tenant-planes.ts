/** Every tenant of the list has every isolation plane: what is missing has no resource to be judged by (R36, R88). */

import type { StackCheck } from "../check";
import { physicalName } from "../physical-names";
import { planesOf } from "../planes";

export const tenantPlanes: StackCheck = {
  name: "tenant-planes",
  description:
    "Every tenant of the list has every part of every isolation plane that its file means (R36, R88).",
  of: "list",
  judgeStack: (resources, { tenants, platform }) => {
    const found = new Set(resources.flatMap((resource) => physicalName(resource) ?? []));
    return tenants.flatMap((tenant) =>
      Object.entries(planesOf(tenant, platform)).flatMap(([plane, parts]) => {
        const missing = parts.filter((part) => !found.has(part));
        return missing.length === 0
          ? []
          : [
              `tenant ${tenant.name}: ${plane}: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing`,
            ];
      }),
    );
  },
};
