/**
 * How the networks that a tenant may reach stand on its namespace, so that a rule can hold the tenant's own network
 * policies to them by comparing texts: `203.0.113.0/24|443/TCP,8000-8100/TCP|203.0.113.8/32;...`, that is network,
 * ports, and what stays closed inside the network.
 */

import type { NetworkEgress, Port } from "./tenant";

/** Between networks, between the parts of one, and between the ports or exceptions of a part. */
export const NETWORKS = ";";
export const PARTS = "|";
export const ITEMS = ",";

export function listedEgress(networks: readonly NetworkEgress[]): string {
  return networks
    .map(({ cidr, ports, except }) => [cidr, ports.map(portText).join(ITEMS), except.join(ITEMS)].join(PARTS))
    .join(NETWORKS);
}

/** One port or range as the annotation has it. */
export function portText({ port, endPort, protocol }: Port): string {
  return `${port}${endPort === undefined ? "" : `-${endPort}`}/${protocol}`;
}
