import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../model/platform";
import type { NetworkEgress, Tenant, TenantNamespace } from "../model/tenant";
import { tenantObject } from "./object-meta";

type PolicySpec = kubernetes.types.input.networking.v1.NetworkPolicySpec;
type Peer = kubernetes.types.input.networking.v1.NetworkPolicyPeer;

export interface NetworkArgs {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
  readonly platform: Platform;
  readonly within: kubernetes.core.v1.Namespace;
}

/**
 * Closes the network in both directions and opens only what is named: the namespace itself, DNS, the gateway and
 * observability namespaces, the tenant's own egress list (R45-R48). Without it every pod of the cluster reaches
 * every other. Namespaces are named by `kubernetes.io/metadata.name`, which the API server writes and nobody can
 * forge. Packets are stopped by the cluster's CNI, which has to enforce NetworkPolicy (R54).
 */
export class Network extends pulumi.ComponentResource {
  readonly policies: kubernetes.networking.v1.NetworkPolicy[];

  constructor(name: string, args: NetworkArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Network", name, {}, opts);
    const { tenant, namespace, platform, within } = args;

    this.policies = Object.entries(networkPolicies(tenant, platform)).map(
      ([policy, spec]) =>
        new kubernetes.networking.v1.NetworkPolicy(
          `${name}-${policy}`,
          {
            metadata: tenantObject(tenant, policy, namespace.name),
            spec,
          },
          { parent: this, deletedWith: within, dependsOn: within, deleteBeforeReplace: true },
        ),
    );

    this.registerOutputs();
  }
}

function networkPolicies(tenant: Tenant, platform: Platform): Record<string, PolicySpec> {
  const { cluster } = platform;
  const everyPod = { podSelector: {} };
  return {
    "default-deny": { ...everyPod, policyTypes: ["Ingress", "Egress"] },
    "allow-same-namespace": {
      ...everyPod,
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [everyPod] }],
      egress: [{ to: [everyPod] }],
    },
    "allow-dns": {
      ...everyPod,
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ ...namespaced(cluster.dns.namespace), podSelector: { matchLabels: cluster.dns.podLabels } }],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
      ],
    },
    "allow-gateway": {
      ...everyPod,
      policyTypes: ["Ingress"],
      ingress: [{ from: [namespaced(cluster.gatewayNamespace)] }],
    },
    "allow-observability": {
      ...everyPod,
      policyTypes: ["Ingress"],
      ingress: [{ from: [namespaced(cluster.observabilityNamespace)] }],
    },
    ...(tenant.network.egress.length === 0
      ? {}
      : {
          "allow-egress": {
            ...everyPod,
            policyTypes: ["Egress"],
            egress: tenant.network.egress.map(egressTo),
          },
        }),
  };
}

function namespaced(namespace: string): Peer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } };
}

function egressTo(rule: NetworkEgress): kubernetes.types.input.networking.v1.NetworkPolicyEgressRule {
  return {
    to: [{ ipBlock: { cidr: rule.cidr, ...(rule.except.length > 0 && { except: [...rule.except] }) } }],
    ports: rule.ports.map((port) => ({ ...port })),
  };
}
