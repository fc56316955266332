import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../model/platform";
import type { NameEgress, Port, Tenant, TenantNamespace } from "../model/tenant";
import { tenantObject } from "./object-meta";

export interface NamedEgressArgs {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
  readonly platform: Platform;
  readonly within: kubernetes.core.v1.Namespace;
}

/**
 * Lets the tenant's pods out to DNS names (R49). A plain NetworkPolicy knows addresses only, and those of a public
 * service change: without this a tenant would have to be given whole networks. The policy is one of the cluster's
 * CNI; it only adds to the default deny.
 */
export class NamedEgress extends pulumi.ComponentResource {
  constructor(name: string, args: NamedEgressArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:NamedEgress", name, {}, opts);
    const { tenant, namespace, platform, within } = args;
    const { apiVersion, kind, spec } = namedEgressPolicy(tenant.network.names, platform);

    new kubernetes.apiextensions.CustomResource(
      `${name}-allow-names`,
      { apiVersion, kind, metadata: tenantObject(tenant, "allow-names", namespace.name), spec },
      { parent: this, deletedWith: within, dependsOn: within, deleteBeforeReplace: true },
    );

    this.registerOutputs();
  }
}

function namedEgressPolicy(rules: readonly NameEgress[], platform: Platform) {
  return platform.cluster.cni === "cilium"
    ? {
        apiVersion: "cilium.io/v2",
        kind: "CiliumNetworkPolicy",
        spec: ciliumSpec(rules, platform),
      }
    : { apiVersion: "projectcalico.org/v3", kind: "NetworkPolicy", spec: calicoSpec(rules) };
}

interface CiliumPort {
  readonly port: string;
  readonly endPort?: number;
  readonly protocol: Port["protocol"];
}

interface CiliumEgress {
  readonly toFQDNs?: readonly ({ readonly matchName: string } | { readonly matchPattern: string })[];
  readonly toEndpoints?: readonly { readonly matchLabels: Readonly<Record<string, string>> }[];
  readonly toPorts: readonly {
    readonly ports: readonly CiliumPort[];
    readonly rules?: { readonly dns: readonly { readonly matchPattern: string }[] };
  }[];
}

interface CiliumNetworkPolicySpec {
  readonly endpointSelector: Readonly<Record<string, never>>;
  readonly egress: readonly CiliumEgress[];
}

/** Cilium learns the addresses of names from the answers that it sees: DNS has to pass through its proxy. */
function ciliumSpec(rules: readonly NameEgress[], { cluster }: Platform): CiliumNetworkPolicySpec {
  const dnsPods = Object.entries(cluster.dns.podLabels).map(([key, value]) => [`k8s:${key}`, value] as const);
  return {
    endpointSelector: {},
    egress: [
      {
        toEndpoints: [
          {
            matchLabels: {
              "k8s:io.kubernetes.pod.namespace": cluster.dns.namespace,
              ...Object.fromEntries<string>(dnsPods),
            },
          },
        ],
        toPorts: [
          {
            ports: [
              { port: "53", protocol: "UDP" },
              { port: "53", protocol: "TCP" },
            ],
            rules: { dns: [{ matchPattern: "*" }] },
          },
        ],
      },
      ...rules.map(({ host, ports }) => ({
        toFQDNs: [host.includes("*") ? { matchPattern: host } : { matchName: host }],
        toPorts: [{ ports: ports.map(({ port, ...rest }) => ({ port: String(port), ...rest })) }],
      })),
    ],
  };
}

interface CalicoNetworkPolicySpec {
  readonly selector: "all()";
  readonly types: readonly ["Egress"];
  readonly egress: readonly {
    readonly action: "Allow";
    readonly protocol: Port["protocol"];
    readonly destination: {
      readonly domains: readonly string[];
      readonly ports: readonly (number | string)[];
    };
  }[];
}

/** Calico Enterprise alone knows domains, and takes one protocol a rule. */
function calicoSpec(rules: readonly NameEgress[]): CalicoNetworkPolicySpec {
  return {
    selector: "all()",
    types: ["Egress"],
    egress: rules.flatMap(({ host, ports }) =>
      [...new Set(ports.map(({ protocol }) => protocol))].map((protocol) => ({
        action: "Allow" as const,
        protocol,
        destination: {
          domains: [host],
          ports: ports.filter((port) => port.protocol === protocol).map(portRange),
        },
      })),
    ),
  };
}

function portRange({ port, endPort }: Port): number | string {
  return endPort === undefined ? port : `${port}:${endPort}`;
}
