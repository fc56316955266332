/** Services, routes and network policies for the examples of rules about the network. */

import * as labels from "../../../model/labels";
import { listedEgress } from "../../../model/listed-egress";
import * as names from "../../../model/names";
import type { GuardedPlatform } from "../../../model/provisioner";
import type { NetworkEgress } from "../../../model/tenant";
import { EXAMPLE, meta } from "../../examples";
import type { Document, Marks } from "../../rule";

export type Fields = Readonly<Record<string, unknown>>;

export function service(spec: Fields = {}, metadata: Fields = {}): Document {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: meta("web", metadata),
    spec: { selector: { app: "web" }, ports: [{ port: 80 }], ...spec },
  };
}

/** What the platform wrote on a namespace whose quota has room for load balancers, or for ports on nodes as well. */
export const WITH_LOAD_BALANCERS: Marks = { labels: { [labels.LOAD_BALANCERS]: "true" } };
export const WITH_NODE_PORTS: Marks = {
  labels: { [labels.LOAD_BALANCERS]: "true", [labels.NODE_PORTS]: "true" },
};

/** A load balancer that needs no ports on nodes. */
export const BALANCER: Fields = { type: "LoadBalancer", allocateLoadBalancerNodePorts: false };

export const WITH_HOSTS: Marks = {
  annotations: { [labels.HOSTS]: "shop.example.com,*.apps.example.com" },
};

/** What a namespace says of two networks that the tenant's file lists. */
const LISTED: readonly NetworkEgress[] = [
  {
    cidr: "203.0.113.0/24",
    except: ["203.0.113.8/32", "203.0.113.16/28"],
    ports: [
      { port: 443, protocol: "TCP" },
      { port: 8000, endPort: 8100, protocol: "TCP" },
    ],
  },
  { cidr: "2001:db8::/32", except: [], ports: [{ port: 53, protocol: "UDP" }] },
];
export const WITH_EGRESS: Marks = { annotations: { [labels.EGRESS]: listedEgress(LISTED) } };

export function networkPolicy(spec: Fields): Document {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: meta("web"),
    spec: { podSelector: { matchLabels: { app: "web" } }, ...spec },
  };
}

/** A peer: the namespace of that name. */
export function namespaced(name: string): Fields {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

const BACKEND = { service: { name: "web", port: { number: 80 } } };

/** A rule of an Ingress for a host, or for every one. */
export function ingressRule(host?: string, backend: Fields = BACKEND): Fields {
  return { host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } };
}

export function ingress(platform: GuardedPlatform, spec: Fields = {}, metadata: Fields = {}): Document {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: meta("web", metadata),
    spec: {
      ingressClassName: platform.cluster.gateway.className,
      rules: [ingressRule("shop.example.com")],
      ...spec,
    },
  };
}

const GATEWAY_API = "gateway.networking.k8s.io";

/** Where a route of the example tenant attaches. */
export function parent(platform: GuardedPlatform, fields: Fields = {}): Fields {
  return {
    group: GATEWAY_API,
    kind: "ListenerSet",
    namespace: platform.cluster.gatewayNamespace,
    name: names.clusterObjectName(EXAMPLE.name),
    ...fields,
  };
}

export function route(
  platform: GuardedPlatform,
  spec: Fields = {},
  kind: "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" = "HTTPRoute",
  metadata: Fields = {},
): Document {
  const plain = kind === "TCPRoute" || kind === "UDPRoute";
  return {
    apiVersion: `${GATEWAY_API}/${plain ? "v1alpha2" : "v1"}`,
    kind,
    metadata: meta("web", metadata),
    spec: {
      parentRefs: [parent(platform)],
      ...(!plain && { hostnames: ["shop.example.com"] }),
      rules: [{ backendRefs: [{ name: "web", port: 80 }] }],
      ...spec,
    },
  };
}
