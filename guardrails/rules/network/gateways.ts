/** A gateway or listeners of a tenant's own are a way in that knows nothing of who owns which host (R50). */

import type { GuardedPlatform } from "../../../model/provisioner";
import { meta, PROVISIONER } from "../../examples";
import { GATEWAY, LISTENER_SET } from "../../kinds";
import type { Rule } from "../../rule";
import { type Fields } from "./objects";

export function gateways({ cluster }: GuardedPlatform): Rule {
  const of = (kind: string, spec: Fields) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind,
    metadata: meta("web"),
    spec,
  });
  const listeners = [{ name: "web", port: 80, protocol: "HTTP" }];
  const gateway = (more: Fields = {}) =>
    of("Gateway", { gatewayClassName: cluster.gateway.className, listeners, ...more });
  const listenerSet = of("ListenerSet", {
    parentRef: { namespace: cluster.gatewayNamespace, name: "tenant-gateway" },
    listeners,
  });
  return {
    name: "gateways",
    requirements: ["R50"],
    matches: [{ kinds: [GATEWAY, LISTENER_SET], operations: ["CREATE", "UPDATE"] }],
    when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
    offences: `["it would open another way in from outside"]`,
    why: "The tenant gateway is the only way in, and only the platform gives it listeners",
    cure: "Write a route that attaches to the tenant's listeners on the tenant gateway",
    sparesPlatform: true,
    examples: {
      passes: [{ what: "the platform", object: listenerSet, by: PROVISIONER }],
      fails: [
        {
          what: "a gateway of the platform's class",
          object: gateway(),
          says: "it would open another way in from outside",
        },
        {
          what: "listeners on the tenant gateway",
          object: listenerSet,
          says: "it would open another way in from outside",
        },
        {
          what: "a change to a gateway that stands",
          before: gateway(),
          object: gateway({ gatewayClassName: "other" }),
          says: "it would open another way in from outside",
        },
      ],
    },
  };
}
