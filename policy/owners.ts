/** Whose a resource is, by its physical name: names are derived from the model and compared, never taken apart. */

import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Tenant } from "../model/tenant";
import { textAt, type Properties } from "./declared";
import type { Setting } from "./project";

/** Which of a tenant's IAM roles. */
export type RolePurpose = "backup" | "workload";

interface RoleHolder {
  readonly tenant: Tenant;
  readonly purpose: RolePurpose;
}

interface Owners {
  readonly roles: ReadonlyMap<string, RoleHolder>;
  readonly vaultNamespaces: ReadonlyMap<string, Tenant>;
  readonly backups: ReadonlyMap<string, Tenant>;
  readonly storageClasses: ReadonlyMap<string, Tenant>;
}

const known = new WeakMap<Setting, Owners>();

export function ownersOf(setting: Setting): Owners {
  const owners = known.get(setting) ?? derive(setting);
  known.set(setting, owners);
  return owners;
}

function derive({ tenants }: Setting): Owners {
  const by = (derive: (tenant: Tenant) => string) =>
    new Map(tenants.map((tenant) => [derive(tenant), tenant] as const));
  return {
    roles: new Map(
      tenants.flatMap((tenant): [string, RoleHolder][] => [
        [names.backupRoleName(tenant.id), { tenant, purpose: "backup" }],
        [names.workloadRoleName(tenant.id), { tenant, purpose: "workload" }],
      ]),
    ),
    vaultNamespaces: by(({ id }) => names.vaultNamespace(id)),
    backups: by(({ name }) => names.backupName(name)),
    storageClasses: by(({ name }) => names.storageClassName(name)),
  };
}

/** The tenant that an AWS resource is tagged for. */
export function taggedOwner(props: Properties, { tenantWith }: Setting): Tenant | undefined {
  return tenantWith(textAt(props, "tags", labels.TENANT) ?? "");
}
