/**
 * A pod that keeps away from others keeps these away as well: the scheduler holds both sides to it. Across namespaces
 * one tenant's pod would empty a whole zone of all others, or follow a neighbour from node to node (R25, R38).
 */

import { NAMESPACE_NAME, OTHER_NAMESPACE, pod, workload } from "../../examples";
import { podRule } from "../../pods";

const KINDS = ["podAffinity", "podAntiAffinity"] as const;
type Kind = (typeof KINDS)[number];

function terms(kind: Kind): string {
  const affinity = `variables.pod.?affinity.?${kind}`;
  return `${affinity}.?requiredDuringSchedulingIgnoredDuringExecution.orValue([]) +
    ${affinity}.?preferredDuringSchedulingIgnoredDuringExecution.orValue([]).map(one, one.podAffinityTerm)`;
}

/** CEL: an empty selector is every namespace, and one that is absent is none. */
const ABROAD = `(has(term.namespaceSelector) ||
  term.?namespaces.orValue([]).exists(name, name != request.namespace))`;

const OFFENCES = KINDS.map(
  (kind) =>
    `(variables.${kind}.exists(term, ${ABROAD}) ? ["its ${kind} reaches into other namespaces"] : [])`,
).join(" + ");

const TERM = { labelSelector: { matchLabels: { app: "web" } }, topologyKey: "topology.kubernetes.io/zone" };

function required(kind: Kind, more: object) {
  return {
    spec: {
      affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...TERM, ...more }] } },
    },
  };
}

function preferred(kind: Kind, more: object) {
  const wish = [{ weight: 1, podAffinityTerm: { ...TERM, ...more } }];
  return { spec: { affinity: { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: wish } } } };
}

export const podAffinity = podRule({
  name: "pod-affinity",
  requirements: ["R25", "R38"],
  variables: Object.fromEntries(KINDS.map((kind) => [kind, terms(kind)])),
  offences: OFFENCES,
  why: "What one tenant's pods keep away from or follow must be its own",
  cure: "Leave out namespaceSelector, and name no other namespace in namespaces",
  examples: {
    passes: [
      { what: "pods of the same namespace", object: pod(required("podAntiAffinity", {})) },
      {
        what: "the namespace by its name",
        object: workload("Deployment", required("podAffinity", { namespaces: [NAMESPACE_NAME] })),
      },
      { what: "a wish", object: workload("StatefulSet", preferred("podAntiAffinity", {})) },
    ],
    fails: [
      {
        what: "to be alone in a zone",
        object: pod(required("podAntiAffinity", { labelSelector: {}, namespaceSelector: {} })),
        says: "its podAntiAffinity reaches into other namespaces",
      },
      {
        what: "to follow another tenant's pods",
        object: pod(required("podAffinity", { namespaces: [OTHER_NAMESPACE] })),
        says: "its podAffinity reaches into other namespaces",
      },
      {
        what: "a wish to follow them",
        object: workload(
          "Deployment",
          preferred("podAffinity", { namespaces: [NAMESPACE_NAME, OTHER_NAMESPACE] }),
        ),
        says: "its podAffinity reaches into other namespaces",
      },
      {
        what: "a wish to be away from them, by their label",
        object: workload(
          "CronJob",
          preferred("podAntiAffinity", { namespaceSelector: { matchLabels: { tenant: "any" } } }),
        ),
        says: "its podAntiAffinity reaches into other namespaces",
      },
    ],
  },
});
