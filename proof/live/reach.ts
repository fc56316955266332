/** Judges how far the tenant's people and machines reach: nowhere beyond its own namespaces (R5, R8, R10). */

import * as labels from "../../model/labels";
import * as names from "../../model/names";
import { roleNames, type Tenant } from "../../model/tenant";
import { named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import { roleOf, subjectsOf } from "./access";

export interface LiveBindings {
  readonly namespaces: readonly LiveObject[];
  readonly rolebindings: readonly LiveObject[];
  readonly clusterrolebindings: readonly LiveObject[];
}

export function judgeReach(tenant: Tenant, live: LiveBindings, ledger: Ledger): void {
  const { expect } = ledger.bench(tenant.name, "access");
  const own = tenant.namespaces.map(({ name }) => name);
  for (const binding of live.clusterrolebindings) {
    const found = subjectsOf(binding).filter((subject) => isTenants(subject, tenant));
    expect(
      `ClusterRoleBinding ${binding.metadata.name}`,
      found.length === 0,
      `grants ${roleOf(binding)} in every namespace to ${found.join(", ")}`,
    );
  }
  for (const binding of live.rolebindings) {
    const { name, namespace = "" } = binding.metadata;
    const expected = own.includes(namespace) || isLeaving(binding, tenant, live.namespaces);
    const found = expected ? [] : strangersOf(binding, tenant, live.namespaces);
    if (found.length > 0) {
      expect(
        `RoleBinding ${namespace}/${name}`,
        false,
        `grants ${roleOf(binding)} outside the tenant's namespaces to ${found.join(", ")}`,
      );
    }
  }
}

/**
 * Ours, in a namespace that the file declares no more: the engine deletes it at the end of the run that reads back here, and
 * would never come to that if its standing failed the run.
 */
function isLeaving(binding: LiveObject, { id }: Tenant, namespaces: readonly LiveObject[]): boolean {
  const namespace = named(namespaces, binding.metadata.namespace ?? "");
  return namespace?.metadata.labels[labels.TENANT] === id && isPlatforms(binding);
}

/** Who of the tenant is bound there, in a namespace that is not the tenant's, and has no business there. */
function strangersOf(binding: LiveObject, tenant: Tenant, namespaces: readonly LiveObject[]): string[] {
  const found = subjectsOf(binding).filter((subject) => isTenants(subject, tenant));
  return found.length > 0 && isOfAnotherTenant(binding, namespaces)
    ? found.filter((subject) => !isUser(subject, tenant))
    : found;
}

/** The tenant's people, its ServiceAccounts, and these by the names that their tokens bear. */
function isTenants(subject: string, tenant: Tenant): boolean {
  return (
    isUser(subject, tenant) ||
    roleNames.some((role) => tenant.access[role].groups.some((name) => subject === `Group ${name}`)) ||
    tenant.namespaces.some(
      ({ name }) =>
        subject === `Group system:serviceaccounts:${name}` ||
        subject.startsWith(`ServiceAccount ${name}/`) ||
        subject.startsWith(`User system:serviceaccount:${name}:`),
    )
  );
}

function isUser(subject: string, tenant: Tenant): boolean {
  return roleNames.some((role) => tenant.access[role].users.some((name) => subject === `User ${name}`));
}

/**
 * A person may work for several tenants, of other lists too; a group belongs to one. Whether the other tenant names the
 * person is for its own read-back to say, which knows every binding of its namespaces.
 */
function isOfAnotherTenant(binding: LiveObject, namespaces: readonly LiveObject[]): boolean {
  const { namespace = "" } = binding.metadata;
  return named(namespaces, namespace)?.metadata.labels[labels.TENANT] !== undefined && isPlatforms(binding);
}

/** Grants by its name what the platform grants by that name. */
function isPlatforms(binding: LiveObject): boolean {
  const { name } = binding.metadata;
  return roleNames.map(names.clusterRoleName).includes(name) && roleOf(binding) === `ClusterRole ${name}`;
}
