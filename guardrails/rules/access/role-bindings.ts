/**
 * Who has which right in a tenant's namespace stands in the tenant's file. RBAC gives tenants no right to bind; where one
 * has it nevertheless, it can give rights to accounts of the namespace and to nobody else (R2, R25).
 */

import { v7 as uuid } from "uuid";
import { grantName } from "../../../model/break-glass";
import * as names from "../../../model/names";
import { PENTEST_ROLE } from "../../../model/operator";
import { closedAccounts } from "../../../model/roles";
import { meta, OPERATOR, OTHER_NAMESPACE, PROVISIONER } from "../../examples";
import { ROLE_BINDING } from "../../kinds";
import { text, type Rule } from "../../rule";
import { account, group, roleBinding, roleRef, user } from "./objects";

/** Account and binding of a break-glass grant bear one name; as of now, because the guard of grants refuses what is over. */
const GRANT = grantName(uuid());

export const roleBindings: Rule = {
  name: "role-bindings",
  requirements: ["R1", "R2", "R25"],
  matches: [{ kinds: [ROLE_BINDING], operations: ["CREATE", "UPDATE"] }],
  when: `request.operation == "CREATE" || object.?subjects.orValue([]) != oldObject.?subjects.orValue([])`,
  offences: `(object.roleRef.kind == "Role" ? [] : ["it grants the ClusterRole " + object.roleRef.name]) +
    object.?subjects.orValue([]).filter(subject, !(subject.kind == "ServiceAccount" &&
        subject.?namespace.orValue("") == request.namespace && !(subject.name in ${text(closedAccounts)})))
      .map(subject, "it binds " + subject.kind + " " +
        (subject.?namespace.orValue("") == "" ? "" : subject.namespace + "/") + subject.name)`,
  why: "What people may do stands in the tenant's file; rights for others could be used from outside the tenant",
  cure: "Bind a Role of this namespace to ServiceAccounts of your own in it, and name people under access in the tenant's file",
  sparesPlatform: true,
  // Binds the accounts of break-glass grants, which its guard knows by their names.
  sparesOperator: true,
  examples: {
    passes: [
      { what: "a Role for an account of the namespace", object: roleBinding([account("app")]) },
      { what: "a binding of nobody", object: roleBinding([]) },
      {
        what: "the platform binds people to a tenant role",
        object: roleBinding(
          [group("example-admins")],
          roleRef("ClusterRole", names.clusterRoleName("admin")),
        ),
        by: PROVISIONER,
      },
      {
        what: "the operator binds a break-glass grant",
        object: {
          ...roleBinding([account(GRANT)], roleRef("ClusterRole", PENTEST_ROLE)),
          metadata: meta(GRANT),
        },
        by: OPERATOR,
      },
      {
        what: "a note on a binding of the platform's making",
        before: roleBinding([group("example-admins")], roleRef("ClusterRole", "view")),
        object: {
          ...roleBinding([group("example-admins")], roleRef("ClusterRole", "view")),
          metadata: { ...(roleBinding([])["metadata"] as object), annotations: { note: "kept" } },
        },
      },
    ],
    fails: [
      ...[
        "system:authenticated",
        "system:unauthenticated",
        "system:serviceaccounts",
        "system:masters",
        "other-admins",
      ].map((name) => ({
        what: `the group ${name}`,
        object: roleBinding([group(name)]),
        says: `it binds Group ${name}`,
      })),
      ...["system:anonymous", "mallory@example.com"].map((name) => ({
        what: `the user ${name}`,
        object: roleBinding([user(name)]),
        says: `it binds User ${name}`,
      })),
      {
        what: "another tenant's account",
        object: roleBinding([account("default", OTHER_NAMESPACE)]),
        says: "it binds ServiceAccount tenant-other/default",
      },
      ...closedAccounts.map((name) => ({
        what: `the platform's account ${name} in the namespace`,
        object: roleBinding([account(name)]),
        says: `it binds ServiceAccount tenant-example/${name}`,
      })),
      {
        what: "an own account beside a stranger",
        object: roleBinding([account("app"), user("mallory@example.com")]),
        says: "it binds User mallory@example.com",
      },
      ...["cluster-admin", "admin", names.clusterRoleName("admin")].map((name) => ({
        what: `the ClusterRole ${name}`,
        object: roleBinding([account("app")], roleRef("ClusterRole", name)),
        says: `it grants the ClusterRole ${name}`,
      })),
      {
        what: "a stranger who comes later",
        before: roleBinding([account("app")]),
        object: roleBinding([account("app"), user("mallory@example.com")]),
        says: "it binds User mallory@example.com",
      },
    ],
  },
};
