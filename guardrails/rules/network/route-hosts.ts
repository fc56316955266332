/** The listeners keep a route to the tenant's hosts already; should they fail, the route itself names no other (R50). */

import type { GuardedPlatform } from "../../../model/provisioner";
import { GRPC_ROUTE, HTTP_ROUTE, TLS_ROUTE } from "../../kinds";
import type { Rule } from "../../rule";
import { HOSTS, isOwnHost } from "./hosts";
import { route, WITH_HOSTS } from "./objects";

export function routeHosts(platform: GuardedPlatform): Rule {
  const serving = (...hostnames: string[]) => route(platform, { hostnames });
  return {
    name: "route-hosts",
    requirements: ["R50"],
    // The other kinds of routes know no hosts.
    matches: [{ kinds: [HTTP_ROUTE, GRPC_ROUTE, TLS_ROUTE], operations: ["CREATE", "UPDATE"] }],
    variables: HOSTS,
    when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
    offences: `object.spec.?hostnames.orValue([]).map(host, string(host)).filter(host, !${isOwnHost("host")})
      .map(host, "it serves " + host)`,
    why: "A host belongs to the tenant whose file lists it; a wildcard there stands for one label, and is served itself only where it is listed",
    cure: "Name hosts of network.ingress.hosts in the tenant's file, or none: then the route serves all of them",
    examples: {
      passes: [
        {
          what: "an own host and one under an own wildcard",
          object: serving("shop.example.com", "a.apps.example.com"),
          namespace: WITH_HOSTS,
        },
        { what: "an own wildcard", object: serving("*.apps.example.com"), namespace: WITH_HOSTS },
        { what: "no host", object: route(platform, { hostnames: undefined }) },
      ],
      fails: [
        {
          what: "another tenant's host",
          object: serving("b.example.com"),
          namespace: WITH_HOSTS,
          says: "it serves b.example.com",
        },
        {
          what: "an own host beside another's",
          object: serving("shop.example.com", "b.example.com"),
          namespace: WITH_HOSTS,
          says: "it serves b.example.com",
        },
        {
          what: "a wildcard over an own host",
          object: serving("*.example.com"),
          namespace: WITH_HOSTS,
          says: "it serves *.example.com",
        },
        {
          what: "a host two labels under an own wildcard",
          object: serving("a.b.apps.example.com"),
          namespace: WITH_HOSTS,
          says: "it serves a.b.apps.example.com",
        },
        {
          what: "a route for gRPC to another tenant's host",
          object: route(platform, { hostnames: ["b.example.com"] }, "GRPCRoute"),
          namespace: WITH_HOSTS,
          says: "it serves b.example.com",
        },
        {
          what: "a route for TLS to another tenant's host",
          object: route(platform, { hostnames: ["b.example.com"] }, "TLSRoute"),
          namespace: WITH_HOSTS,
          says: "it serves b.example.com",
        },
        {
          what: "any host where the tenant has none",
          object: serving("shop.example.com"),
          says: "it serves shop.example.com",
        },
        {
          what: "a host that comes later",
          before: serving("shop.example.com"),
          object: serving("b.example.com"),
          namespace: WITH_HOSTS,
          says: "it serves b.example.com",
        },
      ],
    },
  };
}
