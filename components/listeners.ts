import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";
import { GATEWAY_API } from "./gateway";
import { tenantObject } from "./object-meta";

export interface ListenersArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
}

/**
 * The tenant's host names on the tenant gateway: a listener each, to which only routes of this tenant's namespaces may
 * attach (R50). Without it any tenant could serve another's host. The set lies in the gateway's namespace, where no
 * tenant may write.
 */
export class Listeners extends pulumi.ComponentResource {
  constructor(name: string, args: ListenersArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Listeners", name, {}, opts);
    const { tenant, platform } = args;
    const { gatewayNamespace } = platform.cluster;

    new kubernetes.apiextensions.CustomResource(
      `${name}-listeners`,
      {
        apiVersion: GATEWAY_API,
        kind: "ListenerSet",
        metadata: tenantObject(tenant, names.clusterObjectName(tenant.name), gatewayNamespace),
        spec: listenerSetSpec(tenant, platform),
      },
      { parent: this, deleteBeforeReplace: true },
    );

    this.registerOutputs();
  }
}

interface ListenerSetSpec {
  readonly parentRef: { readonly group: string; readonly kind: "Gateway"; readonly name: string };
  readonly listeners: readonly {
    readonly name: string;
    readonly hostname: string;
    readonly port: number;
    readonly protocol: "HTTPS";
    readonly tls: {
      readonly mode: "Terminate";
      readonly certificateRefs: readonly { readonly name: string }[];
    };
    readonly allowedRoutes: {
      readonly namespaces: {
        readonly from: "Selector";
        readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
      };
    };
  }[];
}

function listenerSetSpec({ id, network }: Tenant, { cluster }: Platform): ListenerSetSpec {
  return {
    parentRef: { group: GATEWAY_API.split("/")[0] ?? "", kind: "Gateway", name: names.GATEWAY },
    listeners: network.hosts.map((hostname) => ({
      name: listenerName(hostname),
      hostname,
      port: 443,
      protocol: "HTTPS",
      tls: { mode: "Terminate", certificateRefs: [{ name: cluster.gateway.certificate }] },
      allowedRoutes: {
        namespaces: { from: "Selector", selector: { matchLabels: { [labels.TENANT]: id } } },
      },
    })),
  };
}

/** No two alike and none too long: no host name ends in a number. */
function listenerName(hostname: string): string {
  return hostname.startsWith("*.") ? `${hostname.slice(2)}.0` : hostname;
}
