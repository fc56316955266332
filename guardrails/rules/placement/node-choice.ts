/**
 * A pod is sent to the nodes of its tenant's pool (R41) and may choose among these by what they are. To ask for others,
 * or for one node by its name, is to look for a neighbour.
 */

import * as labels from "../../../model/labels";
import { EXAMPLE, OTHER, everyWorkload, meta, pod, podSpec, workload } from "../../examples";
import { podRule } from "../../pods";
import { text } from "../../rule";
import { OWN_NODES } from "./own-nodes";

/** What may be asked of a node: where it is and of which make. */
const FREE = [
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  "karpenter.sh/capacity-type",
];

/** CEL: whether an expression of a node affinity asks for what it may. */
const FREELY = `(string(one.key) in ${text(FREE)} || (string(one.operator) == "In" && one.?values.orValue([]).size() > 0 &&
  one.?values.orValue([]).all(value, (string(one.key) + "=" + string(value)) in variables.ownNodes)))`;

/** CEL: a phrase for each term that asks for more. */
function beyond(terms: string, expressions: string): string {
  return `${terms}.filter(term, ${expressions}.exists(one, !${FREELY}))
    .map(term, "its node affinity asks for " + ${expressions}.filter(one, !${FREELY}).map(one, string(one.key)).join(" and "))`;
}

/** CEL: the DaemonSet controller names each pod's node so. */
const NAMES_NODE = `term.?matchFields.orValue([]).size() > 0 && !variables.ofDaemonSet`;

const AFFINITY = "variables.pod.?affinity.?nodeAffinity";
const REQUIRED = `${AFFINITY}.?requiredDuringSchedulingIgnoredDuringExecution.?nodeSelectorTerms.orValue([])`;
const PREFERRED = `${AFFINITY}.?preferredDuringSchedulingIgnoredDuringExecution.orValue([])`;

export const nodeChoice = podRule({
  name: "node-choice",
  requirements: ["R41"],
  variables: {
    ...OWN_NODES,
    selector: "variables.pod.?nodeSelector.orValue({})",
    required: REQUIRED,
    // Terms alone, without how much they weigh.
    preferred: `${PREFERRED}.map(one, one.preference)`,
    terms: "variables.required + variables.preferred",
    ofDaemonSet: `object.kind == "Pod" &&
      object.metadata.?ownerReferences.orValue([]).exists(owner, owner.kind == "DaemonSet" && owner.apiVersion == "apps/v1")`,
  },
  offences: `variables.selector.filter(key, !(key in ${text(FREE)}) &&
      !((key + "=" + string(variables.selector[key])) in variables.ownNodes))
    .map(key, "its nodeSelector asks for " + key + "=" + string(variables.selector[key])) +
    ${beyond("variables.terms", "term.?matchExpressions.orValue([])")} +
    variables.terms.filter(term, ${NAMES_NODE}).map(term, "its node affinity names a node")`,
  why: "Pods run on the nodes of their tenant's pool and may choose among these alone",
  cure: `Leave out the choice: the platform makes it; zone, architecture and type of the node are yours to ask for`,
  examples: examples(),
});

function required(...expressions: object[]) {
  const terms = { nodeSelectorTerms: [{ matchExpressions: expressions }] };
  return { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } } };
}

function preferred(expression: object) {
  const terms = [{ weight: 1, preference: { matchExpressions: [expression] } }];
  return { spec: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: terms } } } };
}

function byName() {
  const field = { key: "metadata.name", operator: "In", values: ["node-1"] };
  const terms = { nodeSelectorTerms: [{ matchFields: [field] }] };
  return { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } } };
}

function examples() {
  const selecting = (nodeSelector: object) => ({ spec: { nodeSelector } });
  const tier = (...values: string[]) => ({ key: labels.NODE_TIER, operator: "In", values });
  const zone = { key: "topology.kubernetes.io/zone", operator: "In", values: ["eu-central-1a"] };
  const controlPlane = { "node-role.kubernetes.io/control-plane": "" };
  const dedicated = { labels: { [labels.POOL]: "dedicated" } };
  return {
    passes: [
      {
        what: "the tenant's pool, a zone and an architecture",
        object: pod(
          selecting({
            [labels.NODE_TIER]: "standard",
            [zone.key]: "eu-central-1a",
            "kubernetes.io/arch": "arm64",
          }),
        ),
      },
      {
        what: "nodes of its own, where it has some",
        object: pod(selecting({ [labels.NODE_TIER]: "dedicated", [labels.TENANT]: EXAMPLE.id })),
        namespace: dedicated,
      },
      { what: "a zone by affinity", object: workload("Deployment", required(zone, tier("standard"))) },
      {
        what: "a wish for a kind of node",
        object: workload("Job", preferred({ key: "karpenter.sh/capacity-type", operator: "Exists" })),
      },
      {
        what: "the node that the DaemonSet controller picked",
        object: {
          apiVersion: "v1",
          kind: "Pod",
          metadata: meta("web", {
            ownerReferences: [
              {
                apiVersion: "apps/v1",
                kind: "DaemonSet",
                name: "web",
                uid: "5a4b3c2d-1e0f-4a9b-8c7d-6e5f4a3b2c1d",
                controller: true,
              },
            ],
          }),
          spec: podSpec(byName()),
        },
      },
    ],
    fails: [
      ...everyWorkload(selecting({ [labels.NODE_TIER]: "sensitive" })).map(({ what, object }) => ({
        what: `${what} for another tier's nodes (A085)`,
        object,
        says: "its nodeSelector asks for tenant-tier=sensitive",
      })),
      {
        what: "the control plane (A085)",
        object: pod(selecting(controlPlane)),
        says: "its nodeSelector asks for node-role.kubernetes.io/control-plane=",
      },
      {
        what: "another tenant's nodes",
        object: pod(selecting({ [labels.TENANT]: OTHER.id })),
        namespace: dedicated,
        says: `its nodeSelector asks for tenant=${OTHER.id}`,
      },
      {
        what: "a node by its label",
        object: pod(selecting({ "kubernetes.io/hostname": "node-1" })),
        says: "its nodeSelector asks for kubernetes.io/hostname=node-1",
      },
      {
        what: "a node by its name",
        object: workload("Deployment", byName()),
        says: "its node affinity names a node",
      },
      {
        what: "a node by its name, in a pod of nobody's",
        object: pod(byName()),
        says: "its node affinity names a node",
      },
      {
        what: "another tier's nodes by affinity (A085)",
        object: pod(required(zone, tier("standard", "sensitive"))),
        says: "its node affinity asks for tenant-tier",
      },
      {
        what: "a wish for another tier's nodes",
        object: workload("StatefulSet", preferred(tier("sensitive"))),
        says: "its node affinity asks for tenant-tier",
      },
      {
        what: "every node but those of a tier",
        object: pod(required({ key: labels.NODE_TIER, operator: "NotIn", values: ["standard"] })),
        says: "its node affinity asks for tenant-tier",
      },
      {
        what: "two labels of nodes at once",
        object: pod(
          required(
            { key: labels.TENANT, operator: "Exists" },
            { key: "example.com/rack", operator: "Exists" },
          ),
        ),
        says: "its node affinity asks for tenant and example.com/rack",
      },
      {
        what: "the tenant's pool, in a namespace that is in none",
        object: pod(selecting({ [labels.NODE_TIER]: "standard" })),
        namespace: { labels: { [labels.TENANT]: null, [labels.POOL]: null } },
        says: "its nodeSelector asks for tenant-tier=standard",
      },
      {
        what: "a template that is changed",
        before: workload("Deployment"),
        object: workload("Deployment", selecting({ [labels.NODE_TIER]: "sensitive" })),
        says: "its nodeSelector asks for tenant-tier=sensitive",
      },
    ],
  };
}
