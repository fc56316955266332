/** How the ways out of a tenant and into it agree with the world: nothing closed is named, nothing too much opened. */

import { closedReason, contains, readCidr, textOfNetwork, type Network } from "./cidr";
import { shown } from "./fault";
import type { Contradiction, Path } from "./rules";
import type { TenantSpec } from "./tenant";

type EgressRule = NonNullable<NonNullable<TenantSpec["network"]>["egress"]>[number];
type At = (...rest: Path) => Path;

/** Contradictions of the network alone; `against-platform.ts` holds it against the cluster's networks. */
export function networkContradictions({ network }: TenantSpec): Contradiction[] {
  const { egress = [], ingress, podCidr } = network ?? {};
  return [
    ...egress.flatMap(egressContradictions),
    ...(ingress?.hosts ?? []).flatMap((host, index) =>
      nameOfCluster(host, ["network", "ingress", "hosts", index]),
    ),
    ...podContradictions(podCidr),
  ];
}

function egressContradictions(rule: EgressRule, index: number): Contradiction[] {
  const at: At = (...rest) => ["network", "egress", index, ...rest];
  return [...destinationContradictions(rule, at), ...portContradictions(rule, at)];
}

function portContradictions({ ports }: EgressRule, at: At): Contradiction[] {
  return ports.flatMap(({ port, endPort }, position) =>
    endPort !== undefined && endPort < port
      ? [
          {
            path: at("ports", position, "endPort"),
            message: `${endPort} is below port ${port}; write the range upwards`,
          },
        ]
      : [],
  );
}

function destinationContradictions({ cidr, host, except }: EgressRule, at: At): Contradiction[] {
  if ((cidr === undefined) === (host === undefined)) {
    return [{ path: at(), message: "needs exactly one destination; write cidr or host" }];
  }
  if (cidr !== undefined) {
    return cidrContradictions(cidr, except ?? [], at);
  }
  const parts =
    except === undefined
      ? []
      : [{ path: at("except"), message: "are parts of a cidr; a host has none: leave them out" }];
  return [...nameOfCluster(host ?? "", at("host")), ...parts];
}

/** What the cluster's own DNS answers for: its Services. */
const CLUSTER_NAME = /(^|\.)(svc|cluster\.local)$/;

function nameOfCluster(host: string, path: Path): Contradiction[] {
  return CLUSTER_NAME.test(host)
    ? [
        {
          path,
          message: `${shown(host)} is a name of the cluster's own DNS; write one that is known outside`,
        },
      ]
    : [];
}

function cidrContradictions(cidr: string, except: readonly string[], at: At): Contradiction[] {
  const network = readCidr(cidr);
  if (typeof network === "string") {
    return [{ path: at("cidr"), message: network }];
  }
  const closed = closedReason(network);
  const before = new Set<string>();
  const exceptions = except.map((text, index) => ({
    path: at("except", index),
    message: exceptionFault(text, cidr, network, before),
  }));
  return [
    ...(closed === undefined ? [] : [{ path: at("cidr"), message: `${shown(cidr)} ${closed}` }]),
    ...exceptions.filter((entry): entry is Contradiction => entry.message !== undefined),
  ];
}

function exceptionFault(
  text: string,
  cidr: string,
  network: Network,
  before: Set<string>,
): string | undefined {
  const hole = readCidr(text);
  if (typeof hole === "string") {
    return hole;
  }
  const spelling = textOfNetwork(hole);
  if (before.has(spelling)) {
    return `${shown(text)} stands there twice; leave one out`;
  }
  before.add(spelling);
  return contains(network, hole) && hole[1] > network[1]
    ? undefined
    : `${shown(text)} is not a part of ${cidr}; an exception lies inside its network and is smaller`;
}

/** CNIs hand pools of addresses out in blocks of this many. */
export const POOL_BLOCK = 64;
/** From one block to what no tenant needs more of. */
const POD_BITS = { largest: 16, smallest: 26 };

/** What is wrong with a tenant's addresses for pods. */
export function podContradictions(podCidr: string | undefined): Contradiction[] {
  if (podCidr === undefined) {
    return [];
  }
  const path = ["network", "podCidr"];
  const network = readCidr(podCidr);
  if (typeof network === "string") {
    return [{ path, message: network }];
  }
  const [address, bits] = network;
  const fits = address.kind() === "ipv4" && bits >= POD_BITS.largest && bits <= POD_BITS.smallest;
  return fits
    ? []
    : [
        {
          path,
          message: `${shown(podCidr)} is no pool for pods; write an IPv4 network from /${POD_BITS.largest} to /${POD_BITS.smallest}`,
        },
      ];
}
