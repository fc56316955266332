/**
 * A role of a tenant's own cannot hold what leads to more rights, to others' credentials or past the network policies: where
 * RBAC let somebody write one, this is what it may hold (R2, R6).
 */

import { PROVISIONER } from "../../examples";
import { ROLE } from "../../kinds";
import { text, type Rule } from "../../rule";
import { grant, role } from "./objects";

/** Verbs that lead to rights which one does not hold. */
const VERBS = ["*", "bind", "escalate", "impersonate", "approve", "sign", "use"];
/** Guardrails, identities, and ways past the scheduler, the network policies and Pod Security. */
const RESOURCES = [
  "*",
  "namespaces",
  "resourcequotas",
  "limitranges",
  "roles",
  "rolebindings",
  "serviceaccounts/token",
  "secretstores",
  "pods/ephemeralcontainers",
  "pods/resize",
  "pods/binding",
  "bindings",
  "pods/proxy",
  "services/proxy",
  "services/status",
  "endpoints",
  "endpointslices",
];
/** What reading only shows. */
const READS = ["get", "list", "watch"];

export const roles: Rule = {
  name: "roles",
  requirements: ["R2", "R6"],
  matches: [{ kinds: [ROLE], operations: ["CREATE", "UPDATE"] }],
  variables: {
    // The API server has null where a role holds nothing.
    rules: `dyn(object.?rules.orValue([])) == null ? [] : object.?rules.orValue([])`,
  },
  offences: `variables.rules.map(rule, (
      rule.?apiGroups.orValue([]).filter(group, group == "*").map(group, "it holds every API group") +
      rule.verbs.filter(verb, verb in ${text(VERBS)}).map(verb, "it holds the verb " + verb) +
      (rule.verbs.all(verb, verb in ${text(READS)}) ? [] : rule.?resources.orValue([])
        .filter(resource, resource in ${text(RESOURCES)}).map(resource, "it holds more than reading of " + resource)) +
      rule.?resources.orValue([]).filter(resource, rule.verbs.all(verb, verb in ${text(READS)}) &&
        (resource == "*" || resource.endsWith("/proxy"))).map(resource, "it holds reading of " + resource)
    ).join(", ")).filter(offence, offence != "")`,
  why: "Such a right leads to guardrails, to identities of others or past the network policies",
  cure: "Name groups, resources and verbs one by one, and leave these out",
  sparesPlatform: true,
  examples: {
    passes: [
      { what: "a role that names what it holds", object: role(grant(["get", "list"]), grant(["create"])) },
      {
        what: "reading of guardrails",
        object: role(grant(["get", "list"], ["resourcequotas", "limitranges"])),
      },
      { what: "a role that holds nothing", object: role() },
      { what: "the platform", object: role(grant(["*"])), by: PROVISIONER },
    ],
    fails: [
      ...VERBS.map((verb) => ({
        what: `the verb ${verb}`,
        object: role(grant([verb])),
        says: `it holds the verb ${verb}`,
      })),
      ...RESOURCES.map((resource) => ({
        what: `writing of ${resource}`,
        object: role(grant(["create"], [resource])),
        says: `it holds more than reading of ${resource}`,
      })),
      {
        what: "every API group",
        object: role(grant(["get"], ["deployments"], "*")),
        says: "it holds every API group",
      },
      {
        what: "reading of everything",
        object: role(grant(["get"], ["*"])),
        says: "it holds reading of *",
      },
      {
        what: "reading through the API server past the network policies",
        object: role(grant(["get"], ["services/proxy"])),
        says: "it holds reading of services/proxy",
      },
      {
        what: "a wildcard everywhere",
        object: role(grant(["*"], ["*"], "*")),
        says: "it holds every API group, it holds the verb *, it holds more than reading of *",
      },
      {
        what: "the second of two rules, later",
        before: role(grant(["get"])),
        object: role(grant(["get"]), grant(["delete"], ["resourcequotas"])),
        says: "it holds more than reading of resourcequotas",
      },
    ],
  },
};
