/** Roles, bindings, accounts and Secrets for the examples of rules about access. */

import { meta, NAMESPACE_NAME } from "../../examples";
import type { Document } from "../../rule";

export type Fields = Readonly<Record<string, unknown>>;

const RBAC = "rbac.authorization.k8s.io";

/** A rule of a role; what it says of nothing is about ConfigMaps. */
export function grant(verbs: readonly string[], resources: readonly string[] = ["configmaps"], group = "") {
  return { apiGroups: [group], resources, verbs };
}

export function role(...rules: readonly Fields[]): Document {
  return { apiVersion: `${RBAC}/v1`, kind: "Role", metadata: meta("team"), rules };
}

export function clusterRole(name: string, more: Fields = {}, metadata: Fields = {}): Document {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRole",
    metadata: { name, ...metadata },
    rules: [grant(["get"])],
    ...more,
  };
}

export const account = (name: string, namespace = NAMESPACE_NAME) => ({
  kind: "ServiceAccount",
  name,
  namespace,
});
export const group = (name: string) => ({ kind: "Group", apiGroup: RBAC, name });
export const user = (name: string) => ({ kind: "User", apiGroup: RBAC, name });
export const roleRef = (kind: "Role" | "ClusterRole", name: string) => ({ apiGroup: RBAC, kind, name });

export function roleBinding(subjects: readonly Fields[], ref = roleRef("Role", "team")): Document {
  return { apiVersion: `${RBAC}/v1`, kind: "RoleBinding", metadata: meta("team"), roleRef: ref, subjects };
}

export function clusterRoleBinding(
  subjects: readonly Fields[],
  ref = roleRef("ClusterRole", "view"),
): Document {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: "example-team" },
    roleRef: ref,
    subjects,
  };
}

export function serviceAccountObject(metadata: Fields = {}, more: Fields = {}, name = "app"): Document {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: meta(name, metadata), ...more };
}

export function secret(type = "Opaque", metadata: Fields = {}): Document {
  return { apiVersion: "v1", kind: "Secret", metadata: meta("keys", metadata), type };
}
