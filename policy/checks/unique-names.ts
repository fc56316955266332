/** No two resources of a list are one thing where they live: the second would take over the first's (R14, R32). */

import type { StackCheck } from "../check";
import { kubernetesObject, textAt, type Declared } from "../declared";
import { physicalName } from "../physical-names";

export const uniqueNames: StackCheck = {
  name: "unique-names",
  description:
    "No two tenants share a physical name: no object, key alias, role, bucket prefix or Vault namespace (R14, R32).",
  of: "list",
  judgeStack: (resources) => {
    const holders = new Map<string, string[]>();
    for (const resource of resources) {
      for (const name of [physicalName(resource), prefixOf(resource)]) {
        if (name !== undefined) {
          holders.set(name, [...(holders.get(name) ?? []), resource.name]);
        }
      }
    }
    return [...holders]
      .filter(([, sharing]) => sharing.length > 1)
      .map(([name, sharing]) => `${name} is declared ${sharing.length} times, by ${sharing.join(" and ")}`);
  },
};

/** Where a location puts its backups: two of one prefix read and delete each other's. */
function prefixOf(resource: Declared): string | undefined {
  const object = resource.type.endsWith(":BackupStorageLocation") ? kubernetesObject(resource) : undefined;
  const prefix = textAt(object?.document, "spec", "objectStorage", "prefix");
  return prefix && `bucket prefix ${textAt(object?.document, "spec", "objectStorage", "bucket")}/${prefix}`;
}
