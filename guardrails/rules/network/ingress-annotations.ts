/** An annotation reaches into the configuration of a gateway that other tenants share (R50). */

import type { GuardedPlatform } from "../../../model/provisioner";
import { INGRESS } from "../../kinds";
import { text, type Rule } from "../../rule";
import { CLASS_ANNOTATION } from "./ingress-class";
import { ingress, WITH_HOSTS } from "./objects";

/** Domains of annotations that no gateway reads. */
const ALLOWED = [
  "kubectl.kubernetes.io",
  "app.kubernetes.io",
  "argocd.argoproj.io",
  "kustomize.toolkit.fluxcd.io",
  "helm.toolkit.fluxcd.io",
  "meta.helm.sh",
  "helm.sh",
  "pulumi.com",
];

export function ingressAnnotations(platform: GuardedPlatform): Rule {
  const annotated = (key: string, value: string) => ingress(platform, {}, { annotations: { [key]: value } });
  return {
    name: "ingress-annotations",
    requirements: ["R50"],
    matches: [{ kinds: [INGRESS], operations: ["CREATE", "UPDATE"] }],
    variables: {
      annotations: "object.metadata.?annotations.orValue({})",
    },
    when: `request.operation == "CREATE" || variables.annotations != oldObject.metadata.?annotations.orValue({})`,
    offences: `variables.annotations.map(key, string(key)).filter(key, key.contains("/") && key != ${text(CLASS_ANNOTATION)} &&
      !(key.split("/")[0] in ${text(ALLOWED)})).map(key, "its annotation " + key + " is none of those for tenants")`,
    why: "Annotations reach into the configuration of the gateway, which other tenants share",
    cure: `Leave the annotation out; keys without a domain are free, and those of ${ALLOWED.join(", ")}`,
    examples: {
      passes: [
        { what: "an Ingress without annotations", object: ingress(platform), namespace: WITH_HOSTS },
        { what: "a note", object: annotated("note", "mine"), namespace: WITH_HOSTS },
        {
          what: "what a tool writes for itself",
          object: annotated("argocd.argoproj.io/sync-wave", "1"),
          namespace: WITH_HOSTS,
        },
      ],
      fails: [
        ...Object.entries({
          "nginx configuration for the server": ["nginx.ingress.kubernetes.io/server-snippet", "return 200;"],
          "nginx configuration for a path": [
            "nginx.ingress.kubernetes.io/configuration-snippet",
            "return 200;",
          ],
          "a login at a host of its choice": [
            "nginx.ingress.kubernetes.io/auth-url",
            "http://169.254.169.254/latest",
          ],
          "a load balancer shared with others": ["alb.ingress.kubernetes.io/group.name", "shared"],
          "a certificate of the platform's": ["cert-manager.io/cluster-issuer", "platform"],
          "a name of another tenant": ["external-dns.alpha.kubernetes.io/hostname", "b.example.com"],
          "a domain that only begins like a free one": ["helm.sh.example.com/note", "mine"],
        } as const).map(([what, [key, value]]) => ({
          what,
          object: annotated(key, value),
          namespace: WITH_HOSTS,
          says: `its annotation ${key} is none of those for tenants`,
        })),
        {
          what: "a snippet that comes later",
          before: ingress(platform),
          object: annotated("nginx.ingress.kubernetes.io/server-snippet", "return 200;"),
          namespace: WITH_HOSTS,
          says: "its annotation nginx.ingress.kubernetes.io/server-snippet is none of those for tenants",
        },
      ],
    },
  };
}
