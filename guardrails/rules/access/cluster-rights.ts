/**
 * The closed tenant roles are bound namespace by namespace. In the cluster's scope one of them, or any right of an account of
 * a tenant's, would reach every tenant at once (R2, R5).
 */

import * as names from "../../../model/names";
import { NAMESPACE_NAME, PROVISIONER } from "../../examples";
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING } from "../../kinds";
import { text, type Rule } from "../../rule";
import { account, clusterRole, clusterRoleBinding, group, roleRef } from "./objects";

const PREFIX = names.namespaceName("");

/** CEL: whether a ClusterRole is one of the platform's, by its name. */
function isPlatforms(name: string): string {
  return `${text([names.clusterRoleName(""), "tenantry-"])}.exists(prefix, ${name}.startsWith(prefix))`;
}

/** A role of the platform's that no cluster has. */
const CLOSED = names.clusterRoleName("example");
const changed = { rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }] };

export const clusterRights: Rule = {
  name: "cluster-rights",
  requirements: ["R2", "R5", "R6"],
  matches: [{ kinds: [CLUSTER_ROLE, CLUSTER_ROLE_BINDING], operations: ["CREATE", "UPDATE", "DELETE"] }],
  offences: `variables.target.kind == "ClusterRole"
    ? (${isPlatforms("variables.target.metadata.name")} ? ["it is a role of the platform's"] : [])
    : request.operation == "DELETE" ? [] :
      (${isPlatforms("object.roleRef.name")} ? ["it grants " + object.roleRef.name + " in every namespace"] : []) +
      object.?subjects.orValue([])
        .filter(subject, subject.kind == "ServiceAccount" && subject.?namespace.orValue("").startsWith(${text(PREFIX)}))
        .map(subject, "it binds account " + subject.namespace + "/" + subject.name + " in every namespace")`,
  why: "Rights in the cluster's scope reach every tenant, and the tenant roles are the same for all of them",
  cure: "Bind within one namespace, by the tenant's file, and leave the tenant roles to the platform stack",
  sparesPlatform: true,
  examples: {
    passes: [
      { what: "another role", object: clusterRole("team-reader") },
      {
        what: "a role that is added to Kubernetes' own, which no tenant role takes part in",
        object: clusterRole(
          "vendor",
          {},
          { labels: { "rbac.authorization.k8s.io/aggregate-to-edit": "true" } },
        ),
      },
      {
        what: "another role for people of the platform",
        object: clusterRoleBinding([group("auditors")]),
      },
      {
        what: "an account of the platform",
        object: clusterRoleBinding([account("agent", "monitoring")]),
      },
      { what: "the end of a binding", before: clusterRoleBinding([group("auditors")]) },
      { what: "the platform changes a tenant role", object: clusterRole(CLOSED), by: PROVISIONER },
    ],
    fails: [
      {
        what: "a role that takes a tenant role's name",
        object: clusterRole(CLOSED),
        says: "it is a role of the platform's",
      },
      {
        what: "a tenant role that is given more",
        before: clusterRole(CLOSED),
        object: clusterRole(CLOSED, changed),
        says: "it is a role of the platform's",
      },
      {
        what: "a tenant role that others' rules flow into",
        before: clusterRole(CLOSED),
        object: clusterRole(CLOSED, {
          aggregationRule: { clusterRoleSelectors: [{ matchLabels: { team: "x" } }] },
        }),
        says: "it is a role of the platform's",
      },
      {
        what: "a role that takes a name like the provisioner's",
        object: clusterRole("tenantry-example"),
        says: "it is a role of the platform's",
      },
      {
        what: "a tenant role gone",
        before: clusterRole(CLOSED),
        says: "it is a role of the platform's",
      },
      {
        what: "a tenant role in every namespace",
        object: clusterRoleBinding([group("example-admins")], roleRef("ClusterRole", CLOSED)),
        says: "it grants tenant-example in every namespace",
      },
      {
        what: "a tenant's account",
        object: clusterRoleBinding([account("default", NAMESPACE_NAME)]),
        says: "it binds account tenant-example/default in every namespace",
      },
      {
        what: "a tenant's account, later",
        before: clusterRoleBinding([group("auditors")]),
        object: clusterRoleBinding([group("auditors"), account("default", NAMESPACE_NAME)]),
        says: "it binds account tenant-example/default in every namespace",
      },
    ],
  },
};
