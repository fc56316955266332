/** Kubernetes' CEL libraries of addresses and networks, with the answers of the API server. */

import type { Environment } from "@marcbachmann/cel-js";
import ipaddr from "ipaddr.js";
import { contains, type Network } from "../model/cidr";

type Address = Network[0];

/** A value of the type `IP`. */
class Ip {
  constructor(readonly address: Address) {}
}

/** A value of the type `CIDR`. */
class Cidr {
  constructor(readonly network: Network) {}
}

const OCTET = "(0|[1-9][0-9]{0,2})";
const IPV4 = new RegExp(`^${OCTET}(\\.${OCTET}){3}$`);

/** Stricter than most: neither zones, nor leading zeros, nor addresses of one family in the other's clothes. */
function addressOf(text: string): Address | undefined {
  if (IPV4.test(text)) {
    return ipaddr.IPv4.isValid(text) ? ipaddr.IPv4.parse(text) : undefined;
  }
  const last = text.slice(text.lastIndexOf(":") + 1);
  // The library takes ::10.0.0.1 for ::ffff:10.0.0.1, and this for what it is.
  const spelt = text.replace(/^::(?=[0-9.]+$)/, "::0:");
  if (
    text.includes("%") ||
    !text.includes(":") ||
    (last.includes(".") && !IPV4.test(last)) ||
    !ipaddr.IPv6.isValid(spelt)
  ) {
    return undefined;
  }
  const address = ipaddr.IPv6.parse(spelt);
  return address.isIPv4MappedAddress() ? undefined : address;
}

/** A network may have bits set beyond its length, which count for nothing. */
function networkOf(text: string): Network | undefined {
  const [, before = "", length = ""] = /^(.*)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  const address = addressOf(before);
  return address !== undefined && Number(length) <= bitsOf(address) ? [address, Number(length)] : undefined;
}

function bitsOf(address: Address): number {
  return address.kind() === "ipv4" ? 32 : 128;
}

function needed<Value>(value: Value | undefined, text: string, what: string): Value {
  if (value === undefined) {
    throw new RangeError(`${text} is not ${what}`);
  }
  return value;
}

const toIp = (text: string) => new Ip(needed(addressOf(text), text, "an address"));
const toCidr = (text: string) => new Cidr(needed(networkOf(text), text, "a network"));
const holdsIp = ({ network }: Cidr, { address }: Ip) => contains(network, [address, bitsOf(address)]);
const holdsCidr = ({ network }: Cidr, other: Cidr) => contains(network, other.network);

export function addNetworks(environment: Environment): void {
  environment
    .registerType("IP", Ip)
    .registerType("CIDR", Cidr)
    .registerFunction("isIP(string): bool", (text: string) => addressOf(text) !== undefined)
    .registerFunction("ip(string): IP", toIp)
    .registerFunction("IP.family(): int", ({ address }: Ip) => (address.kind() === "ipv4" ? 4n : 6n))
    .registerFunction("isCIDR(string): bool", (text: string) => networkOf(text) !== undefined)
    .registerFunction("cidr(string): CIDR", toCidr)
    .registerFunction("CIDR.prefixLength(): int", ({ network }: Cidr) => BigInt(network[1]))
    .registerFunction("CIDR.containsIP(IP): bool", holdsIp)
    .registerFunction("CIDR.containsIP(string): bool", (of: Cidr, text: string) => holdsIp(of, toIp(text)))
    .registerFunction("CIDR.containsCIDR(CIDR): bool", holdsCidr)
    .registerFunction("CIDR.containsCIDR(string): bool", (of: Cidr, text: string) =>
      holdsCidr(of, toCidr(text)),
    );
}
