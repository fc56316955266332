/**
 * Nothing that is declared for one tenant names another one's id: ids are what keys, roles, prefixes, secrets and Vault
 * namespaces are called by (R25, R60-R70).
 */

import * as labels from "../../model/labels";
import type { Tenant } from "../../model/tenant";
import type { ResourceCheck } from "../check";
import { textAt, type Declared } from "../declared";
import { ownersOf, taggedOwner } from "../owners";
import type { Setting } from "../project";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

export const tenantBorders: ResourceCheck = {
  name: "tenant-borders",
  description:
    "Nothing declared for one tenant names another: no id, role, prefix, alias, secret or ServiceAccount (R25, R60-R70).",
  about: (type) => /^(aws|vault|kubernetes):/.test(type),
  judge: (resource, setting) => {
    const tenant = ownerOf(resource, setting);
    if (tenant === undefined) {
      return [];
    }
    const text = JSON.stringify(resource.props);
    const strangers = [
      ...(text.match(UUID) ?? []).flatMap((id) => setting.tenantWith(id) ?? []),
      ...[...text.matchAll(/system:serviceaccount:([a-z0-9-]+):/g)].flatMap(
        ([, namespace = ""]) => setting.holderOf(namespace)?.tenant ?? [],
      ),
    ].filter((other) => other !== tenant);
    return [...new Set(strangers)].map(
      (other) =>
        `${resource.name} of tenant ${tenant.name}: names tenant ${other.name} (${other.id}); name its own alone`,
    );
  },
};

function ownerOf(resource: Declared, setting: Setting): Tenant | undefined {
  const { type, props } = resource;
  if (type.startsWith("kubernetes:")) {
    const namespace = textAt(props, "metadata", "namespace");
    const id = textAt(props, "metadata", "labels", labels.TENANT) ?? "";
    return setting.holderOf(namespace ?? "")?.tenant ?? setting.tenantWith(id);
  }
  if (type.startsWith("vault:")) {
    return ownersOf(setting).vaultNamespaces.get(textAt(props, "namespace") ?? textAt(props, "path") ?? "");
  }
  const role = textAt(props, "role") ?? textAt(props, "name") ?? "";
  return taggedOwner(props, setting) ?? ownersOf(setting).roles.get(role)?.tenant;
}
