/** Judges who may do what: the tenant's bindings, the closed roles, and what is bound in the whole cluster (R5-R10). */

import { isDeepStrictEqual } from "node:util";
import { presenceOf } from "../../model/lifecycle";
import { grantEnd, pentestRules } from "../../model/break-glass";
import * as names from "../../model/names";
import { boundRoles, roleRules, type BoundRole, type Rule } from "../../model/roles";
import { operatorSubjects, PENTEST_ROLE } from "../../model/operator";
import type { PlatformSpec } from "../../model/platform";
import type { Tenant, TenantNamespace } from "../../model/tenant";
import { isLeaving, named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";

export function judgeAccess(
  tenant: Tenant,
  namespace: TenantNamespace,
  platform: Pick<PlatformSpec, "cluster">,
  bindings: readonly LiveObject[],
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "access");
  const declared = declaredBindings(tenant, namespace, platform);
  for (const [name, subjects] of declared) {
    const object = `RoleBinding ${namespace.name}/${name}`;
    const live = named(bindings, name);
    expect(object, live !== undefined, "is missing");
    if (live !== undefined) {
      const role = roleOf(live);
      expect(object, role === `ClusterRole ${name}`, `grants ${role} instead of ClusterRole ${name}`);
      const found = subjectsOf(live);
      expect(
        object,
        isDeepStrictEqual([...found].sort(), [...subjects].sort()),
        `binds ${found.join(", ") || "nobody"} instead of ${subjects.join(", ")}`,
      );
    }
  }
  const roles = Object.keys(roleRules).map(names.clusterRoleName);
  const foreign = bindings.filter(({ metadata }) => !declared.has(metadata.name));
  for (const binding of foreign) {
    // At most a closed role of the tenant's: one that its file no longer gives to anybody.
    const leaving = roles.includes(binding.metadata.name) && isLeaving(binding, tenant.id);
    if (leaving && roleOf(binding) === `ClusterRole ${binding.metadata.name}`) {
      continue;
    }
    if (isGrant(binding, namespace)) {
      continue;
    }
    expect(
      `RoleBinding ${namespace.name}/${binding.metadata.name}`,
      false,
      `is not declared and binds ${subjectsOf(binding).join(", ") || "nobody"}`,
    );
  }
}

/** A break-glass grant, which no file declares and which ends by itself (R91). */
function isGrant(binding: LiveObject, namespace: TenantNamespace): boolean {
  const { name } = binding.metadata;
  return (
    grantEnd(name) !== undefined &&
    roleOf(binding) === `ClusterRole ${PENTEST_ROLE}` &&
    isDeepStrictEqual(subjectsOf(binding), [`ServiceAccount ${namespace.name}/${name}`])
  );
}

/**
 * Subjects by name of the binding, which is also that of its ClusterRole; while the tenant does not run the operator's
 * alone.
 */
function declaredBindings(
  tenant: Tenant,
  namespace: TenantNamespace,
  platform: Pick<PlatformSpec, "cluster">,
): Map<string, string[]> {
  const bound = presenceOf(tenant).runs ? boundRoles : [];
  return new Map([
    [names.OPERATOR_CLUSTER_ROLE, operatorSubjects(platform).map(spelt)],
    ...bound.map((role): [string, string[]] => [
      names.clusterRoleName(role),
      [...peopleOf(tenant, role), `ServiceAccount ${namespace.name}/${names.accessAccount(role)}`],
    ]),
  ]);
}

function peopleOf({ access }: Tenant, role: BoundRole): string[] {
  if (role === "reconciler") {
    return [];
  }
  const { groups, users } = access[role];
  return [...groups.map((name) => `Group ${name}`), ...users.map((name) => `User ${name}`)];
}

/** Judges what all tenants share: the closed roles. */
export function judgeRoles(clusterRoles: readonly LiveObject[], ledger: Ledger): void {
  const { expect } = ledger.bench("(platform)", "access");
  const closed: [string, readonly Rule[]][] = [
    ...Object.entries(roleRules).map(([role, rules]): [string, readonly Rule[]] => [
      names.clusterRoleName(role),
      rules,
    ]),
    [PENTEST_ROLE, pentestRules],
  ];
  for (const [name, rules] of closed) {
    const live = named(clusterRoles, name);
    expect(`ClusterRole ${name}`, live !== undefined, "is missing");
    if (live !== undefined) {
      expect(
        `ClusterRole ${name}`,
        isDeepStrictEqual(live["rules"], JSON.parse(JSON.stringify(rules))),
        "grants other rights than the template",
      );
      const aggregated =
        live["aggregationRule"] !== undefined ||
        Object.keys(live.metadata.labels).some((label) => label.includes("aggregate-to-"));
      expect(`ClusterRole ${name}`, !aggregated, "is aggregated: any chart could widen it");
    }
  }
  const review = named(clusterRoles, names.TOKEN_REVIEW_ROLE);
  const only = [{ apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] }];
  expect(
    TOKEN_REVIEW,
    review === undefined || isDeepStrictEqual(review["rules"], only),
    "grants more than the review of tokens",
  );
}

/** Whoever a server lets in is of these; Kubernetes itself binds them to roles that begin with `system:` only. */
const EVERYBODY = [
  "Group system:authenticated",
  "Group system:unauthenticated",
  "Group system:serviceaccounts",
  "User system:anonymous",
];

/** Ours, for a Vault outside the cluster; `judgeRoles` says what it may grant. */
const TOKEN_REVIEW = `ClusterRole ${names.TOKEN_REVIEW_ROLE}`;

/** Judges what is bound in the whole cluster: no tenant role to anybody, no role of people to everybody. */
export function judgeClusterBindings(clusterBindings: readonly LiveObject[], ledger: Ledger): void {
  const { expect } = ledger.bench("(platform)", "access");
  const closed = Object.keys(roleRules).map((role) => `ClusterRole ${names.clusterRoleName(role)}`);
  for (const binding of clusterBindings) {
    const object = `ClusterRoleBinding ${binding.metadata.name}`;
    const role = roleOf(binding);
    const subjects = subjectsOf(binding);
    const everybody = subjects.filter((subject) => EVERYBODY.includes(subject));
    expect(
      object,
      !closed.includes(role),
      `grants ${role} in every namespace to ${subjects.join(", ") || "nobody"}`,
    );
    expect(
      object,
      everybody.length === 0 ||
        closed.includes(role) ||
        role.startsWith("ClusterRole system:") ||
        (role === TOKEN_REVIEW && everybody.join() === "Group system:serviceaccounts"),
      `grants ${role} in every namespace to ${everybody.join(", ")}`,
    );
  }
}

/** What a binding grants. */
export function roleOf(binding: LiveObject): string {
  const { kind, name } = binding["roleRef"] as { kind: string; name: string };
  return `${kind} ${name}`;
}

/** Whom a binding names. */
export function subjectsOf(binding: LiveObject): string[] {
  const subjects = (binding["subjects"] ?? []) as { kind: string; name: string; namespace?: string }[];
  return subjects.map(spelt);
}

function spelt({ kind, name, namespace }: { kind: string; name: string; namespace?: string }): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
