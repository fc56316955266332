/**
 * What the engines' command lines cannot be asked, with the reason: the answer to such an example is shown by preview
 * and by the API server alone. The page about the guardrails lists these, and test/parity asks all others.
 */

import { gatekeeperCannot } from "./engines/gatekeeper";
import type { Example, Rule } from "./rule";

/** Kinds that the sandbox has no definition of. */
const UNDEFINED: readonly string[] = [
  "gateway.networking.k8s.io/v1alpha2 TCPRoute",
  "gateway.networking.k8s.io/v1alpha2 UDPRoute",
  "cilium.io/v2 CiliumLocalRedirectPolicy",
  "cilium.io/v2 CiliumEnvoyConfig",
  "projectcalico.org/v3 NetworkPolicy",
  "argoproj.io/v1alpha1 ApplicationSet",
  "helm.toolkit.fluxcd.io/v2 HelmRelease",
  "external-secrets.io/v1alpha1 ClusterPushSecret",
  "generators.external-secrets.io/v1alpha1 ClusterGenerator",
  "kyverno.io/v1 Policy",
  "kyverno.io/v2 CleanupPolicy",
  "policies.kyverno.io/v1 NamespacedValidatingPolicy",
  "policies.kyverno.io/v1 NamespacedMutatingPolicy",
  "policies.kyverno.io/v1 NamespacedGeneratingPolicy",
  "policies.kyverno.io/v1 NamespacedDeletingPolicy",
  "policies.kyverno.io/v1 NamespacedImageValidatingPolicy",
];

/** Rules of which the API server refuses some examples only where no policy of the platform mends the request first. */
export const MENDED = ["tolerations", "node-choice", "node-name", "runtime-class"];

/** Why the sandbox's API server cannot be asked about an example; nothing where it can. */
export function apiServerCannotBeAsked({ object, before }: Example): string | undefined {
  const { apiVersion, kind } = (object ?? before) as { apiVersion: string; kind: string };
  return UNDEFINED.includes(`${apiVersion} ${kind}`)
    ? "the sandbox has no definition of the kind"
    : undefined;
}

/** Why Kyverno's command line cannot be asked about an example; nothing where it can. */
export function kyvernoCannotBeAsked({ matches }: Rule, example: Example): string | undefined {
  const { object, before, subresource } = example;
  if (subresource !== undefined) {
    return "its command line knows no subresources";
  }
  const { apiVersion, kind } = (object ?? before) as { apiVersion: string; kind: string };
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const own = matches
    .flatMap(({ kinds }) => kinds)
    .find((one) => one.kind === kind && [group, "*"].includes(one.group));
  if (own?.kind.endsWith("ay")) {
    return "its command line guesses plurals, and takes gatewaies for that of Gateway";
  }
  return own !== undefined && !["*", version].includes(own.version)
    ? "its command line converts no versions, as the API server does before it asks"
    : undefined;
}

/** Why gator cannot be asked about a rule; nothing where it can. */
export function gatorCannotBeAsked(rule: Rule): string | undefined {
  return gatekeeperCannot(rule);
}
