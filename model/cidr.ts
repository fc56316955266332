/** Networks, read strictly: what two programs could read differently is refused. */

import ipaddr from "ipaddr.js";
import { shown } from "./fault";

export type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** Networks that no tenant may reach or come from, and why. */
const CLOSED_RANGES: readonly (readonly [range: string, reason: string])[] = [
  ["0.0.0.0/8", "it means this host"],
  ["127.0.0.0/8", "it is the loopback range"],
  ["169.254.0.0/16", "it is link-local and holds the metadata service with the node's credentials"],
  ["224.0.0.0/4", "it is the multicast range"],
  ["240.0.0.0/4", "it is reserved"],
  ["::/127", "it is the unspecified or loopback address"],
  ["::ffff:0:0/96", "it maps IPv4 addresses; write them as IPv4"],
  ["fe80::/10", "it is link-local"],
  ["ff00::/8", "it is the multicast range"],
  ["64:ff9b::/96", "it maps IPv4 addresses; write them as IPv4"],
  ["64:ff9b:1::/48", "it maps IPv4 addresses; write them as IPv4"],
  ["2002::/16", "it maps IPv4 addresses; write them as IPv4"],
  ["fd00:ec2::/32", "it holds the metadata service with the node's credentials"],
];

const CLOSED = CLOSED_RANGES.map(([range, reason]) => ({ range, reason, network: networkOf(range) }));

/** The network, or a sentence that says what is wrong with it. */
export function readCidr(text: string): Network | string {
  const [, address = "", length = ""] = /^([0-9A-Fa-f.:]+)\/([0-9]{1,3})$/.exec(text) ?? [];
  const bits = Number(length);
  const octets = address.split(".");
  const wellFormed = address.includes(":")
    ? ipaddr.IPv6.isValid(address)
    : octets.length === 4 &&
      octets.every((octet) => /^(0|[1-9][0-9]{0,2})$/.test(octet)) &&
      ipaddr.IPv4.isValid(address);
  if (!wellFormed || String(bits) !== length || bits > (address.includes(":") ? 128 : 32)) {
    return `${shown(text)} is not a network; write 203.0.113.0/24 or 2001:db8::/32`;
  }
  const parsed = ipaddr.parse(address);
  const base = baseOf([parsed, bits]);
  if (base.toString() !== parsed.toString()) {
    return `${shown(text)} has bits set beyond its length; write ${base.toString()}/${bits}`;
  }
  return [parsed, bits];
}

/** Why no tenant may name the network as a destination, if so. */
export function closedReason(network: Network): string | undefined {
  if (network[1] === 0) {
    return "is the whole internet, which the platform grants nobody; list the networks that are needed";
  }
  const closed = CLOSED.find((candidate) => overlap(network, candidate.network));
  return closed && `reaches into ${closed.range}, which stays closed: ${closed.reason}`;
}

const LOOPBACK = ["127.0.0.0/8", "::1/128"].map(networkOf);

/** Whether every address of the network is a machine's own. */
export function isLoopback(network: Network): boolean {
  return LOOPBACK.some((range) => contains(range, network));
}

/** The one spelling of a network: IPv6 addresses have several. */
export function textOfNetwork([address, bits]: Network): string {
  return `${address.toString()}/${bits}`;
}

/** A network that is known to be one: of this file, or checked before. */
export function networkOf(text: string): Network {
  const network = readCidr(text);
  if (typeof network === "string") {
    throw new RangeError(network);
  }
  return network;
}

/** Whether every address of the inner network is one of the outer's. */
export function contains(outer: Network, inner: Network): boolean {
  const [outerAddress, outerBits] = outer;
  const [innerAddress, innerBits] = inner;
  return (
    outerAddress.kind() === innerAddress.kind() &&
    outerBits <= innerBits &&
    innerAddress.match(outerAddress, outerBits)
  );
}

/** Whether any address belongs to both. */
export function overlap(a: Network, b: Network): boolean {
  return contains(a, b) || contains(b, a);
}

function baseOf([address, bits]: Network): ipaddr.IPv4 | ipaddr.IPv6 {
  const kind = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return kind.networkAddressFromCIDR(`${address.toString()}/${bits}`);
}
