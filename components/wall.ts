import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";
import { tenantObject } from "./object-meta";

export interface WallArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
}

/**
 * Denies traffic between this tenant and every other, above all NetworkPolicies (R48). Those only add up, so that one
 * written by mistake or by the tenant opens what the default deny closed; what an admin policy denies they cannot
 * open. Traffic inside the tenant and with the platform is left to them.
 */
export class Wall extends pulumi.ComponentResource {
  constructor(name: string, args: WallArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Wall", name, {}, opts);
    const { tenant, platform } = args;

    new kubernetes.apiextensions.CustomResource(
      `${name}-wall`,
      {
        ...KINDS[platform.cluster.adminNetworkPolicy],
        metadata: tenantObject(tenant, names.clusterObjectName(tenant.name)),
        spec: wallSpec(tenant, platform),
      },
      { parent: this, deleteBeforeReplace: true },
    );

    this.registerOutputs();
  }
}

const KINDS = {
  none: { apiVersion: "", kind: "" },
  AdminNetworkPolicy: { apiVersion: "policy.networking.k8s.io/v1alpha1", kind: "AdminNetworkPolicy" },
  ClusterNetworkPolicy: { apiVersion: "policy.networking.k8s.io/v1alpha2", kind: "ClusterNetworkPolicy" },
};

interface NamespaceSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: "Exists" | "NotIn";
    readonly values?: readonly string[];
  }[];
}

interface WallSpec {
  readonly tier?: "Admin";
  readonly priority: number;
  readonly subject: { readonly namespaces: NamespaceSelector };
  readonly ingress: readonly {
    readonly name: string;
    readonly action: "Deny";
    readonly from: readonly { readonly namespaces: NamespaceSelector }[];
  }[];
  readonly egress: readonly {
    readonly name: string;
    readonly action: "Deny";
    readonly to: readonly { readonly namespaces: NamespaceSelector }[];
  }[];
}

/** Below what a platform may want to put above it; walls of two tenants never meet in one pod. */
const PRIORITY = 100;

function wallSpec({ id }: Tenant, { cluster }: Platform): WallSpec {
  const others = {
    namespaces: {
      matchExpressions: [
        { key: labels.TENANT, operator: "Exists" as const },
        { key: labels.TENANT, operator: "NotIn" as const, values: [id] },
      ],
    },
  };
  return {
    ...(cluster.adminNetworkPolicy === "ClusterNetworkPolicy" && { tier: "Admin" }),
    priority: PRIORITY,
    subject: { namespaces: { matchLabels: { [labels.TENANT]: id } } },
    ingress: [{ name: "deny-other-tenants", action: "Deny", from: [others] }],
    egress: [{ name: "deny-other-tenants", action: "Deny", to: [others] }],
  };
}
