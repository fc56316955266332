/** Whoever serves a host gets what its users send: a tenant serves the hosts that its file lists, and no others (R50). */

import type { GuardedPlatform } from "../../../model/provisioner";
import { INGRESS } from "../../kinds";
import type { Rule } from "../../rule";
import { HOSTS, isOwnHost } from "./hosts";
import { ingress, ingressRule, WITH_HOSTS, type Fields } from "./objects";

export function ingressHosts(platform: GuardedPlatform): Rule {
  const serving = (host?: string, more: Fields = {}) =>
    ingress(platform, { rules: [ingressRule(host)], ...more });
  return {
    name: "ingress-hosts",
    requirements: ["R50"],
    matches: [{ kinds: [INGRESS], operations: ["CREATE", "UPDATE"] }],
    variables: {
      ...HOSTS,
      rules: "object.spec.?rules.orValue([])",
      secured: "object.spec.?tls.orValue([])",
    },
    when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
    offences: `(has(object.spec.defaultBackend) ? ["its default backend serves every host"] : []) +
      variables.rules.map(rule, string(rule.?host.orValue(""))).filter(host, !${isOwnHost("host")})
        .map(host, host == "" ? "a rule without host serves every host" : "it serves " + host) +
      variables.secured.map(tls, tls.?hosts.orValue([]).size() == 0 ? "its TLS is for every host" :
        tls.hosts.filter(host, !${isOwnHost("host")}).map(host, "its TLS is for " + host).join(", "))
        .filter(offence, offence != "")`,
    why: "A host belongs to the tenant whose file lists it; a wildcard there stands for one label, and is served itself only where it is listed",
    cure: "Name hosts of network.ingress.hosts in the tenant's file, in every rule and every entry of tls",
    examples: {
      passes: [
        { what: "an own host", object: serving("shop.example.com"), namespace: WITH_HOSTS },
        {
          what: "a host under an own wildcard",
          object: serving("a.apps.example.com"),
          namespace: WITH_HOSTS,
        },
        { what: "an own wildcard", object: serving("*.apps.example.com"), namespace: WITH_HOSTS },
        {
          what: "an own host with TLS",
          object: serving("shop.example.com", { tls: [{ hosts: ["shop.example.com"], secretName: "tls" }] }),
          namespace: WITH_HOSTS,
        },
      ],
      fails: [
        {
          what: "another tenant's host",
          object: serving("b.example.com"),
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
          what: "the domain of an own wildcard",
          object: serving("apps.example.com"),
          namespace: WITH_HOSTS,
          says: "it serves apps.example.com",
        },
        {
          what: "a host that only ends like an own one",
          object: serving("evilshop.example.com"),
          namespace: WITH_HOSTS,
          says: "it serves evilshop.example.com",
        },
        {
          what: "a rule without host",
          object: serving(),
          namespace: WITH_HOSTS,
          says: "a rule without host serves every host",
        },
        {
          what: "a default backend",
          object: serving("shop.example.com", {
            defaultBackend: { service: { name: "web", port: { number: 80 } } },
          }),
          namespace: WITH_HOSTS,
          says: "its default backend serves every host",
        },
        {
          what: "TLS for another tenant's host",
          object: serving("shop.example.com", { tls: [{ hosts: ["shop.example.com", "b.example.com"] }] }),
          namespace: WITH_HOSTS,
          says: "its TLS is for b.example.com",
        },
        {
          what: "TLS for every host",
          object: serving("shop.example.com", { tls: [{ secretName: "tls" }] }),
          namespace: WITH_HOSTS,
          says: "its TLS is for every host",
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
