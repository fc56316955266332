/** A backend that is no Service is what a controller makes of it: a bucket, or an object of another tenant (R25, R50). */

import type { GuardedPlatform } from "../../../model/provisioner";
import { INGRESS } from "../../kinds";
import type { Rule } from "../../rule";
import { ingress, ingressRule, WITH_HOSTS } from "./objects";

export function ingressBackends(platform: GuardedPlatform): Rule {
  const bucket = { resource: { apiGroup: "k8s.example.com", kind: "StorageBucket", name: "static" } };
  const leading = (backend?: Readonly<Record<string, unknown>>) =>
    ingress(platform, { rules: [ingressRule("shop.example.com", backend)] });
  return {
    name: "ingress-backends",
    requirements: ["R25", "R50"],
    matches: [{ kinds: [INGRESS], operations: ["CREATE", "UPDATE"] }],
    when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
    offences: `object.spec.?rules.orValue([]).map(rule, rule.?http.?paths.orValue([])
        .filter(path, has(path.backend.resource))
        .map(path, "path " + path.?path.orValue("/") + " leads to a " + path.backend.resource.kind).join(", "))
      .filter(offence, offence != "")`,
    why: "The gateway serves Services of the tenant's own namespace, and nothing else",
    cure: "Name a Service as backend",
    examples: {
      passes: [{ what: "a Service", object: leading(), namespace: WITH_HOSTS }],
      fails: [
        {
          what: "a bucket",
          object: leading(bucket),
          namespace: WITH_HOSTS,
          says: "path / leads to a StorageBucket",
        },
        {
          what: "a bucket that takes a Service's place",
          before: leading(),
          object: leading(bucket),
          namespace: WITH_HOSTS,
          says: "path / leads to a StorageBucket",
        },
      ],
    },
  };
}
