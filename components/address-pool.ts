import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";
import { tenantObject } from "./object-meta";

export interface AddressPoolArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
  /** The pool, as the tenant's file says. */
  readonly podCidr: string;
}

/**
 * Addresses of the tenant's own for its pods, so that firewalls and logs outside the cluster can tell tenants apart
 * (R51). Without it every tenant's traffic comes from the same networks. The tenant's namespaces name the pool.
 */
export class AddressPool extends pulumi.ComponentResource {
  constructor(name: string, args: AddressPoolArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:AddressPool", name, {}, opts);
    const { tenant, platform, podCidr } = args;

    new kubernetes.apiextensions.CustomResource(
      `${name}-address-pool`,
      {
        ...(platform.cluster.cni === "cilium" ? ciliumPool(podCidr) : calicoPool(podCidr)),
        metadata: tenantObject(tenant, names.clusterObjectName(tenant.name)),
      },
      { parent: this, deleteBeforeReplace: true },
    );

    this.registerOutputs();
  }
}

/** Bits of a block that a node takes at once: 64 addresses. */
const BLOCK_BITS = 26;

interface CiliumPodIPPoolSpec {
  readonly ipv4: { readonly cidrs: readonly string[]; readonly maskSize: number };
}

function ciliumPool(podCidr: string) {
  const spec: CiliumPodIPPoolSpec = { ipv4: { cidrs: [podCidr], maskSize: BLOCK_BITS } };
  return { apiVersion: "cilium.io/v2alpha1", kind: "CiliumPodIPPool", spec };
}

interface CalicoIPPoolSpec {
  readonly cidr: string;
  readonly blockSize: number;
  readonly assignmentMode: "Manual";
  readonly allowedUses: readonly "Workload"[];
  readonly vxlanMode: "CrossSubnet";
  readonly natOutgoing: boolean;
}

/** Taken by nobody whose namespace does not name it. */
function calicoPool(podCidr: string) {
  const spec: CalicoIPPoolSpec = {
    cidr: podCidr,
    blockSize: BLOCK_BITS,
    assignmentMode: "Manual",
    allowedUses: ["Workload"],
    vxlanMode: "CrossSubnet",
    natOutgoing: false,
  };
  return { apiVersion: "projectcalico.org/v3", kind: "IPPool", spec };
}
