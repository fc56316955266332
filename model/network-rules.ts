/** How the ways out of a tenant and into it agree with the world: nothing closed is named, nothing too much opened. */

import { closedReason, contains, readCidr } from "./cidr";
import { shown } from "./fault";
import type { Contradiction, Path } from "./rules";
import type { TenantSpec } from "./tenant";

/** Contradictions of the network alone; `against-platform.ts` holds it against the cluster's networks. */
export function networkContradictions({ network }: TenantSpec): Contradiction[] {
  return [...egressContradictions(network?.egress ?? []), ...podContradictions(network?.podCidr)];
}

function egressContradictions(
  rules: NonNullable<NonNullable<TenantSpec["network"]>["egress"]>,
): Contradiction[] {
  return rules.flatMap((rule, index) => {
    const at = (...rest: Path) => ["network", "egress", index, ...rest];
    const ports = rule.ports
      .map((port, position) => ({ port, path: at("ports", position, "endPort") }))
      .filter(({ port }) => port.endPort !== undefined && port.endPort < port.port)
      .map(({ port, path }) => ({
        path,
        message: `${port.endPort} is below port ${port.port}; write the range upwards`,
      }));
    if ((rule.cidr === undefined) === (rule.host === undefined)) {
      return [{ path: at(), message: "needs exactly one destination; write cidr or host" }, ...ports];
    }
    return [
      ...(rule.cidr === undefined ? [] : cidrContradictions(rule.cidr, rule.except ?? [], at)),
      ...ports,
    ];
  });
}

function cidrContradictions(
  cidr: string,
  except: readonly string[],
  at: (...rest: Path) => Path,
): Contradiction[] {
  const network = readCidr(cidr);
  if (typeof network === "string") {
    return [{ path: at("cidr"), message: network }];
  }
  const closed = closedReason(network);
  const exceptions = except.map((text, index) => {
    const path = at("except", index);
    const hole = readCidr(text);
    if (typeof hole === "string") {
      return { path, message: hole };
    }
    if (except.indexOf(text) !== index) {
      return { path, message: `${shown(text)} stands there twice; leave one out` };
    }
    if (!contains(network, hole) || hole[1] === network[1]) {
      return {
        path,
        message: `${shown(text)} is not a part of ${cidr}; an exception lies inside its network and is smaller`,
      };
    }
    return undefined;
  });
  return [
    ...(closed === undefined ? [] : [{ path: at("cidr"), message: `${shown(cidr)} ${closed}` }]),
    ...exceptions.filter((entry) => entry !== undefined),
  ];
}

/** CNIs hand pools of addresses out in blocks of this many. */
export const POOL_BLOCK = 64;
/** From one block to what no tenant needs more of. */
const POD_BITS = { largest: 16, smallest: 26 };

function podContradictions(podCidr: string | undefined): Contradiction[] {
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
