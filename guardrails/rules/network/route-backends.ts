/** A route that leads into another namespace serves, or copies requests to, what is not the tenant's (R25). */

import type { GuardedPlatform } from "../../../model/provisioner";
import { NAMESPACE_NAME, OTHER_NAMESPACE } from "../../examples";
import type { Rule } from "../../rule";
import { route, WITH_HOSTS, type Fields } from "./objects";
import { ROUTES } from "./routes";

const NAMESPACE = "backend.?namespace.orValue(request.namespace)";
const IS_SERVICE = `backend.?group.orValue("") == "" && backend.?kind.orValue("Service") == "Service"`;

/** CEL: what is wrong with the backends of a list, as one text. */
function wrongIn(backends: string): string {
  return `${backends}.filter(backend, ${NAMESPACE} != request.namespace || !(${IS_SERVICE}))
    .map(backend, "it leads to " + backend.?kind.orValue("Service") + " " + ${NAMESPACE} + "/" + backend.name)
    .join(", ")`;
}

/** CEL: the same of filters that send requests to a backend of their own: to copy them, or to have them authorised. */
function wrongInFilters(filters: string): string {
  return ["requestMirror", "externalAuth"]
    .map((field) =>
      wrongIn(`${filters}.map(filter, dyn(filter)).filter(filter, has(filter.${field}) && has(filter.${field}.backendRef))
        .map(filter, filter.${field}.backendRef)`),
    )
    .join(", ");
}

export function routeBackends(platform: GuardedPlatform): Rule {
  const leading = (rule: Fields, kind?: "GRPCRoute" | "TLSRoute") => route(platform, { rules: [rule] }, kind);
  const own = { name: "web", port: 80 };
  const others = { ...own, namespace: OTHER_NAMESPACE };
  const mirror = (backendRef: Fields) => [{ type: "RequestMirror", requestMirror: { backendRef } }];
  const says = "it leads to Service tenant-other/web";
  return {
    name: "route-backends",
    requirements: ["R25"],
    matches: [{ kinds: ROUTES, operations: ["CREATE", "UPDATE"] }],
    variables: { rules: "object.spec.?rules.orValue([]).map(rule, dyn(rule))" },
    when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
    offences: `variables.rules.map(rule, ([
        ${wrongIn("rule.?backendRefs.orValue([])")},
        ${wrongInFilters("rule.?filters.orValue([])")}
      ] + rule.?backendRefs.orValue([]).map(reference, [${wrongInFilters("reference.?filters.orValue([])")}]
        .filter(offence, offence != "").join(", "))
      ).filter(offence, offence != "").join(", ")).filter(offence, offence != "")`,
    why: "A route leads to Services of its own namespace, and nowhere else",
    cure: "Name a Service of this namespace as backend, also in filters",
    examples: {
      passes: [
        { what: "an own Service", object: leading({ backendRefs: [own] }) },
        {
          what: "an own Service with its namespace, and a copy to another",
          object: leading({
            backendRefs: [{ ...own, namespace: NAMESPACE_NAME }],
            filters: mirror({ name: "shadow", port: 80 }),
          }),
        },
        { what: "no backend at all", object: leading({ backendRefs: undefined }) },
      ].map((example) => ({ ...example, namespace: WITH_HOSTS })),
      fails: [
        { what: "another tenant's Service", object: leading({ backendRefs: [others] }), says },
        {
          what: "another tenant's Service beside an own one",
          object: leading({ backendRefs: [own, others] }),
          says,
        },
        {
          what: "a copy of every request to another tenant",
          object: leading({ backendRefs: [own], filters: mirror(others) }),
          says,
        },
        {
          what: "such a copy, told with the backend",
          object: leading({ backendRefs: [{ ...own, filters: mirror(others) }] }),
          says,
        },
        {
          what: "a route for gRPC",
          object: leading({ backendRefs: [others] }, "GRPCRoute"),
          says,
        },
        { what: "a route for TLS", object: leading({ backendRefs: [others] }, "TLSRoute"), says },
        {
          what: "a backend that is no Service",
          object: leading({ backendRefs: [{ group: "k8s.example.com", kind: "Bucket", name: "static" }] }),
          says: "it leads to Bucket tenant-example/static",
        },
        {
          what: "what another group calls a Service",
          object: leading({ backendRefs: [{ ...own, group: "net.example.com" }] }),
          says: "it leads to Service tenant-example/web",
        },
        {
          what: "a copy of every request to what is no Service",
          object: leading({
            backendRefs: [own],
            filters: mirror({ group: "k8s.example.com", kind: "Bucket", name: "static" }),
          }),
          says: "it leads to Bucket tenant-example/static",
        },
        {
          what: "another tenant's Service that comes later",
          before: leading({ backendRefs: [own] }),
          object: leading({ backendRefs: [others] }),
          says,
        },
      ].map((example) => ({ ...example, namespace: WITH_HOSTS })),
    },
  };
}
