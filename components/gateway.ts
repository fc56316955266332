import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import type { PlatformSpec } from "../model/platform";
import { platformObject } from "./object-meta";

export interface GatewayArgs {
  readonly platform: PlatformSpec;
  readonly within: kubernetes.core.v1.Namespace;
}

export const GATEWAY_API = "gateway.networking.k8s.io/v1";

/**
 * The tenant gateway, the only way from outside to any tenant (R50). It takes listeners from its own namespace alone:
 * without that, a tenant could bring a listener for another's host.
 */
export class Gateway extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Gateway", name, {}, opts);
    const { platform, within } = args;
    const { gatewayNamespace } = platform.cluster;

    new kubernetes.apiextensions.CustomResource(
      "tenant-gateway",
      {
        apiVersion: GATEWAY_API,
        kind: "Gateway",
        metadata: { ...platformObject(names.GATEWAY), namespace: gatewayNamespace },
        spec: gatewaySpec(platform),
      },
      { parent: this, dependsOn: within, deletedWith: within, deleteBeforeReplace: true },
    );

    this.registerOutputs();
  }
}

interface GatewaySpec {
  readonly gatewayClassName: string;
  readonly allowedListeners: { readonly namespaces: { readonly from: "Same" } };
  readonly listeners: readonly {
    readonly name: string;
    readonly port: number;
    readonly protocol: "HTTPS";
    readonly tls: {
      readonly mode: "Terminate";
      readonly certificateRefs: readonly { readonly name: string }[];
    };
    readonly allowedRoutes: { readonly namespaces: { readonly from: "Same" } };
  }[];
}

/** The listener that a Gateway has to have serves the platform itself; tenants bring theirs as ListenerSets. */
function gatewaySpec({ cluster: { gateway } }: PlatformSpec): GatewaySpec {
  return {
    gatewayClassName: gateway.className,
    allowedListeners: { namespaces: { from: "Same" } },
    listeners: [
      {
        name: "platform",
        port: 443,
        protocol: "HTTPS",
        tls: { mode: "Terminate", certificateRefs: [{ name: gateway.certificate }] },
        allowedRoutes: { namespaces: { from: "Same" } },
      },
    ],
  };
}
