/** A tenant held against the cluster it is for: names and networks that are the platform's, planes that it lacks. */

import { contains, networkOf, overlap, readCidr } from "./cidr";
import { shown } from "./fault";
import { presenceOf } from "./lifecycle";
import type { Platform } from "./platform";
import type { Contradiction } from "./rules";
import type { Tenant, TenantSpec } from "./tenant";

/** Everything in a tenant that this platform cannot or must not make true. */
export function againstPlatform(spec: TenantSpec, tenant: Tenant, platform: Platform): Contradiction[] {
  // Of a tenant that has left, only data is there: it asks nothing of the cluster.
  if (!presenceOf(tenant).stands) {
    return [];
  }
  return [
    ...reservedNamespace(tenant, platform),
    ...reservedEgress(spec, platform),
    ...namedEgress(spec, platform),
    ...unservedHosts(tenant, platform),
    ...podAddresses(tenant, platform),
    ...missingRuntime(tenant, platform),
  ];
}

/** A tenant whose namespace would be one of the platform's own: what is open to that would be open to the tenant. */
function reservedNamespace(tenant: Tenant, { cluster }: Platform): Contradiction[] {
  const own = [
    cluster.gatewayNamespace,
    cluster.observabilityNamespace,
    cluster.backupNamespace,
    cluster.provisionerNamespace,
    cluster.dns.namespace,
  ];
  return tenant.namespaces
    .filter(({ name }) => own.includes(name))
    .map(({ name }) => ({
      path: ["name"],
      message: `${shown(tenant.name)} makes the namespace ${name}, which is the platform's own; choose another name`,
    }));
}

/** What reaches into networks that the platform keeps to itself: pods, Services, nodes (R48). */
function reservedEgress({ network }: TenantSpec, { cluster }: Platform): Contradiction[] {
  const closed = [...cluster.reservedCidrs, ...cluster.tenantPodCidrs];
  return (network?.egress ?? []).flatMap(({ cidr }, index) => {
    const reserved = cidr && closed.find((range) => overlap(networkOf(cidr), networkOf(range)));
    return reserved
      ? [
          {
            path: ["network", "egress", index, "cidr"],
            message: `${shown(cidr)} reaches into ${reserved}, the cluster's own network; list only networks outside the cluster`,
          },
        ]
      : [];
  });
}

/** Plain NetworkPolicies know addresses only, and so do those of Calico without its Enterprise edition. */
const KNOWS_NAMES: ReadonlySet<string> = new Set(["cilium", "calico-enterprise"]);

/** Names that nothing in this cluster would resolve (R49). */
function namedEgress({ network }: TenantSpec, { cluster }: Platform): Contradiction[] {
  return (network?.egress ?? []).flatMap(({ host }, index) =>
    host === undefined || KNOWS_NAMES.has(cluster.cni)
      ? []
      : [
          {
            path: ["network", "egress", index, "host"],
            message: `${shown(host)} cannot be enforced: this cluster's CNI knows no DNS names (cluster.cni of the platform is ${cluster.cni}, not cilium or calico-enterprise); list its networks as cidr`,
          },
        ],
  );
}

function unservedHosts({ network }: Tenant, { cluster }: Platform): Contradiction[] {
  return network.hosts.length === 0 || cluster.gateway.api !== "none"
    ? []
    : [
        {
          path: ["network", "ingress"],
          message:
            "nothing would serve the hosts: this platform has no tenant gateway (cluster.gateway.api is none); leave them out or have it set up",
        },
      ];
}

function podAddresses({ network: { podCidr } }: Tenant, { cluster }: Platform): Contradiction[] {
  if (podCidr === undefined) {
    return [];
  }
  const path = ["network", "podCidr"];
  if (cluster.cni === "other") {
    const message = `${shown(podCidr)} cannot be given: this cluster's CNI has no pools of addresses (cluster.cni of the platform is other, not cilium or calico); leave it out`;
    return [{ path, message }];
  }
  const network = readCidr(podCidr);
  const within = cluster.tenantPodCidrs.some((range) => contains(networkOf(range), networkOf(podCidr)));
  return typeof network === "string" || within
    ? []
    : [
        {
          path,
          message: `${shown(podCidr)} is not within ${cluster.tenantPodCidrs.join(", ") || "any network"} that the platform keeps for tenants' pods (cluster.tenantPodCidrs)`,
        },
      ];
}

function missingRuntime({ runtime }: Tenant, { nodes }: Platform): Contradiction[] {
  return runtime === undefined || nodes.runtimeClasses[runtime] !== undefined
    ? []
    : [
        {
          path: ["runtimeClass"],
          message: `${runtime} is not on this cluster's sensitive nodes (nodes.runtimeClasses of the platform does not name its handler); leave it out or have it set up`,
        },
      ];
}
