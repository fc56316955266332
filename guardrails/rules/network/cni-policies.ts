/** The CNI's own policies open what no rule here can read: names, ports of layer 7, other clusters, redirects (R48). */

import { meta, PROVISIONER } from "../../examples";
import {
  CALICO_NETWORK_POLICY,
  CALICO_STORED_POLICY,
  CILIUM_ENVOY_CONFIG,
  CILIUM_NETWORK_POLICY,
  CILIUM_REDIRECT,
} from "../../kinds";
import type { Document, Rule } from "../../rule";
import { type Fields } from "./objects";

function policy(apiVersion: string, kind: string, spec: Fields): Document {
  return { apiVersion, kind, metadata: meta("open"), spec };
}

const cilium = (entity: string) =>
  policy("cilium.io/v2", "CiliumNetworkPolicy", { endpointSelector: {}, egress: [{ toEntities: [entity] }] });
const calico = policy("crd.projectcalico.org/v1", "NetworkPolicy", {
  selector: "all()",
  types: ["Egress"],
  egress: [{ action: "Allow" }],
});

const says = "it is a policy of the network's own kind";

export const cniPolicies: Rule = {
  name: "cni-policies",
  requirements: ["R48"],
  matches: [
    {
      kinds: [
        CILIUM_NETWORK_POLICY,
        CILIUM_REDIRECT,
        CILIUM_ENVOY_CONFIG,
        CALICO_NETWORK_POLICY,
        CALICO_STORED_POLICY,
      ],
      operations: ["CREATE", "UPDATE"],
    },
  ],
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  offences: `["${says}"]`,
  why: "Such policies open more than any rule can hold to the tenant's file",
  cure: "Write a NetworkPolicy of networking.k8s.io, and list hosts outside the cluster in network.egress of the tenant's file",
  sparesPlatform: true,
  examples: {
    passes: [{ what: "the platform", object: cilium("world"), by: PROVISIONER }],
    fails: [
      { what: "a way out to the world", object: cilium("world"), says },
      { what: "the same by Calico", object: calico, says },
      {
        what: "the same by Calico's API server",
        object: { ...calico, apiVersion: "projectcalico.org/v3" },
        says,
      },
      {
        what: "traffic of a Service led to another place",
        object: policy("cilium.io/v2", "CiliumLocalRedirectPolicy", {}),
        says,
      },
      {
        what: "a proxy's configuration",
        object: policy("cilium.io/v2", "CiliumEnvoyConfig", {}),
        says,
      },
      { what: "a way out that comes later", before: cilium("cluster"), object: cilium("world"), says },
    ],
  },
};
