/** Policies only add up: one of a tenant's own that lets its pods out undoes the default deny (R46, R48, R49). */

import * as labels from "../../../model/labels";
import { ITEMS, NETWORKS, PARTS } from "../../../model/listed-egress";
import type { GuardedPlatform } from "../../../model/provisioner";
import { NAMESPACE_NAME, OTHER_NAMESPACE } from "../../examples";
import { NETWORK_POLICY } from "../../kinds";
import { text, type Rule } from "../../rule";
import { namespaced, networkPolicy, WITH_EGRESS, type Fields } from "./objects";
import { isIn, NAMED, NAMESPACE_OF } from "./peers";

/** CEL: a port or range as the namespace lists it; "" stands for every one. */
const PORT = `(!has(port.port) ? "" : string(port.port) +
  (has(port.endPort) ? "-" + string(port.endPort) : "") + "/" + port.?protocol.orValue("TCP"))`;
const PORTS = "rule.?ports.orValue([])";

/** CEL: whether a rule has ports, and each is one of these. */
const portsIn = (ports: string) => `${PORTS}.size() > 0 && ${PORTS}.all(port, ${PORT} in ${ports})`;

const EXCEPT = "peer.ipBlock.?except.orValue([])";

/** What the namespace lists is compared as text: a network inside a listed one is another network here. */
const IS_LISTED = `has(peer.ipBlock) && variables.listed.exists(network, network[0] == peer.ipBlock.cidr &&
  ${portsIn(`network[1].split(${text(ITEMS)})`)} && ${EXCEPT}.all(hole, hole in network[2].split(${text(ITEMS)})) &&
  network[2].split(${text(ITEMS)}).all(hole, hole == "" || hole in ${EXCEPT}))`;

export function networkPolicyEgress({ cluster: { dns } }: GuardedPlatform): Rule {
  const isDns = [
    `!has(peer.ipBlock) && ${NAMESPACE_OF} == ${text(dns.namespace)}`,
    `peer.?podSelector.?matchLabels.orValue({}).size() == ${Object.keys(dns.podLabels).length}`,
    ...Object.entries(dns.podLabels).map(
      ([key, value]) => `peer.?podSelector.?matchLabels[?${text(key)}].orValue("") == ${text(value)}`,
    ),
    portsIn(text(["53/UDP", "53/TCP"])),
  ].join(" && ");

  const to = (peers: Fields[], ports?: Fields[]) =>
    networkPolicy({ policyTypes: ["Egress"], egress: [{ to: peers, ports }] });
  const block = (cidr: string, except?: readonly string[]) => ({ ipBlock: { cidr, except } });
  const holes = ["203.0.113.8/32", "203.0.113.16/28"];
  const listed = block("203.0.113.0/24", holes);
  const https = [{ protocol: "TCP", port: 443 }];
  const dnsPods = { ...namespaced(dns.namespace), podSelector: { matchLabels: dns.podLabels } };
  const everybody = "a rule of egress without to lets out to everybody";
  return {
    name: "network-policy-egress",
    requirements: ["R25", "R46", "R48", "R49"],
    matches: [{ kinds: [NETWORK_POLICY], operations: ["CREATE", "UPDATE"] }],
    variables: {
      rules: "object.spec.?egress.orValue([])",
      listed: `string(variables.notes[?${text(labels.EGRESS)}].orValue("")).split(${text(NETWORKS)})
        .filter(network, network != "").map(network, network.split(${text(PARTS)}))`,
    },
    when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
    offences: `variables.rules.map(rule, rule.?to.orValue([]).size() == 0 ? "${everybody}"
        : rule.to.filter(peer, !(${isIn([])} || ${isDns} || ${IS_LISTED}))
            .map(peer, "it lets out to " + ${NAMED}).join(", "))
      .filter(offence, offence != "")`,
    why: "Pods may reach their own namespace, the cluster's DNS on port 53, and the networks and ports that the tenant's file lists",
    cure: "Name pods by podSelector alone, or a network of network.egress in the tenant's file, with its exceptions and with its ports as they stand there",
    examples: {
      passes: [
        { what: "nobody", object: networkPolicy({ policyTypes: ["Egress"] }) },
        { what: "pods of the namespace itself, on every port", object: to([{ podSelector: {} }]) },
        { what: "the namespace itself, by name", object: to([namespaced(NAMESPACE_NAME)]) },
        {
          what: "DNS",
          object: to(
            [dnsPods],
            [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          ),
        },
        {
          what: "a listed network on one of its ports",
          object: to([listed], [{ port: 443 }]),
          namespace: WITH_EGRESS,
        },
        {
          what: "a listed network on its range of ports",
          object: to([listed], [{ protocol: "TCP", port: 8000, endPort: 8100 }]),
          namespace: WITH_EGRESS,
        },
        {
          what: "a listed network of IPv6",
          object: to([block("2001:db8::/32")], [{ protocol: "UDP", port: 53 }]),
          namespace: WITH_EGRESS,
        },
      ],
      fails: [
        {
          what: "everybody, by an empty rule",
          object: networkPolicy({ policyTypes: ["Egress"], egress: [{}] }),
          says: everybody,
        },
        {
          what: "everybody on one port",
          object: networkPolicy({ policyTypes: ["Egress"], egress: [{ ports: https }] }),
          says: everybody,
        },
        {
          what: "the whole internet",
          object: to([block("0.0.0.0/0")], https),
          says: "it lets out to 0.0.0.0/0",
        },
        {
          what: "the same in IPv6",
          object: to([block("::/0")], https),
          says: "it lets out to ::/0",
        },
        ...["169.254.169.254/32", "169.254.170.23/32", "fd00:ec2::254/128", "10.244.0.0/16"].map((cidr) => ({
          what: `the closed network ${cidr}`,
          object: to([block(cidr)], [{ port: 80 }]),
          says: `it lets out to ${cidr}`,
        })),
        {
          what: "namespaces with a label of somebody's",
          object: to([{ namespaceSelector: { matchLabels: { team: "platform" } } }]),
          says: "it lets out to namespaces that it does not name",
        },
        {
          what: "every namespace",
          object: to([{ namespaceSelector: {} }]),
          says: "it lets out to namespaces that it does not name",
        },
        {
          what: "the namespace itself by an expression as well",
          object: to([
            {
              namespaceSelector: {
                ...(namespaced(NAMESPACE_NAME)["namespaceSelector"] as Fields),
                matchExpressions: [{ key: labels.TENANT, operator: "Exists" }],
              },
            },
          ]),
          says: "it lets out to namespaces that it does not name",
        },
        {
          what: "another tenant's namespace",
          object: to([namespaced(OTHER_NAMESPACE)]),
          says: "it lets out to namespace tenant-other",
        },
        {
          what: "the namespace of DNS on another port",
          object: to([dnsPods], https),
          says: `it lets out to namespace ${dns.namespace}`,
        },
        {
          what: "DNS on its own port and another",
          object: to([dnsPods], [{ protocol: "UDP", port: 53 }, ...https]),
          says: `it lets out to namespace ${dns.namespace}`,
        },
        {
          what: "DNS on every port",
          object: to([dnsPods]),
          says: `it lets out to namespace ${dns.namespace}`,
        },
        {
          what: "other pods beside DNS",
          object: to([namespaced(dns.namespace)], [{ protocol: "UDP", port: 53 }]),
          says: `it lets out to namespace ${dns.namespace}`,
        },
        ...[
          { what: "a listed network on every port", object: to([listed]), says: "203.0.113.0/24" },
          {
            what: "a listed network on another port",
            object: to([listed], [...https, { port: 22 }]),
            says: "203.0.113.0/24",
          },
          {
            what: "a listed network on a range that begins at a listed port",
            object: to([listed], [{ port: 443, endPort: 65535 }]),
            says: "203.0.113.0/24",
          },
          {
            what: "a listed network by another protocol",
            object: to([listed], [{ protocol: "UDP", port: 443 }]),
            says: "203.0.113.0/24",
          },
          {
            what: "a listed network without its exception",
            object: to([block("203.0.113.0/24")], https),
            says: "203.0.113.0/24",
          },
          {
            what: "a listed network with one of two exceptions",
            object: to([block("203.0.113.0/24", holes.slice(1))], https),
            says: "203.0.113.0/24",
          },
          {
            what: "a listed network with another exception",
            object: to([block("203.0.113.0/24", [...holes, "203.0.113.9/32"])], https),
            says: "203.0.113.0/24",
          },
          {
            what: "a network around a listed one",
            object: to([block("203.0.112.0/20")], https),
            says: "203.0.112.0/20",
          },
          {
            what: "an unlisted network beside a listed one",
            object: to([listed, block("198.51.100.0/24")], https),
            says: "198.51.100.0/24",
          },
        ].map((example) => ({
          ...example,
          namespace: WITH_EGRESS,
          says: `it lets out to ${example.says}`,
        })),
        {
          what: "the whole internet, later",
          before: to([{ podSelector: {} }]),
          object: to([block("0.0.0.0/0")]),
          says: "it lets out to 0.0.0.0/0",
        },
      ],
    },
  };
}
