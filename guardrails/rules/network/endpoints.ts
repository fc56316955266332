/** A tenant that writes a Service's addresses itself has gateways lead to another tenant's pods (R25, CVE-2021-25740). */

import { meta, serviceAccount, PROVISIONER } from "../../examples";
import { ENDPOINT_SLICE, ENDPOINTS } from "../../kinds";
import type { Document, Rule } from "../../rule";

/** Kubernetes' own, by name: either each with a ServiceAccount, or all as one user. */
const CONTROLLERS = [
  "endpoint-controller",
  "endpointslice-controller",
  "endpointslicemirroring-controller",
  "generic-garbage-collector",
];

function endpoints(ip: string): Document {
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: meta("web"),
    subsets: [{ addresses: [{ ip }], ports: [{ port: 80 }] }],
  };
}

function slice(address: string): Document {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: meta("web"),
    addressType: "IPv4",
    endpoints: [{ addresses: [address] }],
    ports: [{ port: 80 }],
  };
}

const says = "it would lead to addresses that somebody wrote by hand";

export const endpointsRule: Rule = {
  name: "endpoints",
  requirements: ["R25"],
  matches: [{ kinds: [ENDPOINTS, ENDPOINT_SLICE], operations: ["CREATE", "UPDATE"] }],
  offences: `["${says}"]`,
  why: "Kubernetes finds a Service's addresses by its selector; any other can be another tenant's",
  cure: "Give the Service a selector, or make it an ExternalName for a public host",
  sparesPlatform: true,
  spares: [
    ...CONTROLLERS.map((name) => `system:serviceaccount:kube-system:${name}`),
    "system:kube-controller-manager",
  ],
  examples: {
    passes: [
      ...CONTROLLERS.map((name) => ({
        what: `Kubernetes' ${name}`,
        object: slice("10.244.0.7"),
        by: serviceAccount(name, "kube-system"),
      })),
      {
        what: "Kubernetes' controllers as one user",
        object: slice("10.244.0.7"),
        by: { username: "system:kube-controller-manager", groups: ["system:authenticated"] },
      },
      { what: "the platform", object: endpoints("203.0.113.7"), by: PROVISIONER },
    ],
    fails: [
      { what: "the address of another tenant's pod", object: endpoints("10.244.0.7"), says },
      { what: "the same in a slice", object: slice("10.244.0.7"), says },
      {
        what: "a slice by an account of a like name",
        object: slice("10.244.0.7"),
        by: serviceAccount("endpointslice-controller"),
        says,
      },
      {
        what: "another address later",
        before: slice("203.0.113.7"),
        object: slice("10.244.0.7"),
        says,
      },
    ],
  },
};
