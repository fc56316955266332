/** A route on another's listeners serves another's hosts, and one on another gateway has no hosts to keep to (R25, R50). */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import type { GuardedPlatform } from "../../../model/provisioner";
import { EXAMPLE, OTHER, OTHER_NAMESPACE } from "../../examples";
import { text, type Rule } from "../../rule";
import { parent, route, WITH_HOSTS } from "./objects";
import { ROUTES } from "./routes";

/** Where the platform serves no hosts by the Gateway API, there is nothing that a tenant's route may attach to. */
export function routeParents(platform: GuardedPlatform): Rule {
  const { gateway, gatewayNamespace } = platform.cluster;
  const served = gateway.api === "gateway-api";
  const attached = (...parents: Readonly<Record<string, unknown>>[]) =>
    route(platform, { parentRefs: parents });
  return {
    name: "route-parents",
    requirements: ["R25", "R50"],
    matches: [{ kinds: ROUTES, operations: ["CREATE", "UPDATE"] }],
    variables: {
      parents: "object.spec.?parentRefs.orValue([])",
      // Of a namespace without tenant nothing is: no name ends in a hyphen.
      own: `${text(names.clusterObjectName(""))} + variables.marks[?${text(labels.NAME)}].orValue("")`,
    },
    when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
    offences: `variables.parents.filter(parent, !(${served} &&
        parent.?group.orValue("gateway.networking.k8s.io") == "gateway.networking.k8s.io" &&
        parent.?kind.orValue("Gateway") == "ListenerSet" &&
        parent.?namespace.orValue("") == ${text(gatewayNamespace)} && parent.name == variables.own))
      .map(parent, "it attaches to " + parent.?kind.orValue("Gateway") + " " +
        parent.?namespace.orValue(request.namespace) + "/" + parent.name)`,
    why: "A tenant's routes are served by the tenant's own listeners on the tenant gateway, which know its hosts",
    cure: served
      ? `Attach to kind ListenerSet, ${names.clusterObjectName("")}<tenant> in namespace ${gatewayNamespace}, with the tenant's name`
      : "Leave parentRefs out; this platform serves no routes",
    examples: {
      passes: [
        ...(served ? [{ what: "the own listeners", object: route(platform), namespace: WITH_HOSTS }] : []),
        {
          what: "a route that attaches to nothing",
          object: route(platform, { parentRefs: undefined }),
          namespace: WITH_HOSTS,
        },
      ],
      fails: [
        {
          what: "another tenant's listeners",
          object: attached(parent(platform, { name: names.clusterObjectName(OTHER.name) })),
          says: `it attaches to ListenerSet ${gatewayNamespace}/tenant-other`,
        },
        {
          what: "listeners of a name that only begins like the own",
          object: attached(parent(platform, { name: `${names.clusterObjectName(EXAMPLE.name)}-2` })),
          says: `it attaches to ListenerSet ${gatewayNamespace}/tenant-example-2`,
        },
        {
          what: "the gateway itself",
          object: attached(parent(platform, { kind: "Gateway", name: names.GATEWAY })),
          says: `it attaches to Gateway ${gatewayNamespace}/tenant-gateway`,
        },
        {
          what: "a parent without kind, which is a gateway",
          object: attached(parent(platform, { group: undefined, kind: undefined })),
          says: `it attaches to Gateway ${gatewayNamespace}/tenant-example`,
        },
        {
          what: "another tenant's gateway",
          object: attached(parent(platform, { kind: "Gateway", namespace: OTHER_NAMESPACE, name: "web" })),
          says: "it attaches to Gateway tenant-other/web",
        },
        {
          what: "a gateway of its own",
          object: attached({ name: "web" }),
          says: "it attaches to Gateway tenant-example/web",
        },
        {
          what: "another tenant's Service, in a mesh",
          object: attached({ group: "", kind: "Service", namespace: OTHER_NAMESPACE, name: "web" }),
          says: "it attaches to Service tenant-other/web",
        },
        {
          what: "a route for gRPC",
          object: route(
            platform,
            { parentRefs: [parent(platform, { kind: "Gateway", name: names.GATEWAY })] },
            "GRPCRoute",
          ),
          says: `it attaches to Gateway ${gatewayNamespace}/tenant-gateway`,
        },
        ...(["TCPRoute", "UDPRoute"] as const).map((kind) => ({
          what: `a ${kind} of another tenant's listeners`,
          object: route(
            platform,
            { parentRefs: [parent(platform, { name: names.clusterObjectName(OTHER.name) })] },
            kind,
          ),
          says: `it attaches to ListenerSet ${gatewayNamespace}/tenant-other`,
        })),
        {
          what: "a second parent that comes later",
          before: route(platform),
          object: attached(parent(platform), parent(platform, { name: names.clusterObjectName(OTHER.name) })),
          says: `it attaches to ListenerSet ${gatewayNamespace}/tenant-other`,
        },
      ].map((example) => ({ ...example, namespace: WITH_HOSTS })),
    },
  };
}
