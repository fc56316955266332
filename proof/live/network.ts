/** Judges the network: closed in both directions, and every rule of every policy opens no more than declared (R45-R48). */

import { isDeepStrictEqual } from "node:util";
import type { Platform } from "../../model/platform";
import type { NetworkEgress, Tenant, TenantNamespace } from "../../model/tenant";
import { isLeaving, named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly unknown[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

interface LivePolicy {
  readonly podSelector?: Selector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly { readonly from?: readonly Peer[] }[];
  readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
}

const DENY = "default-deny";
const EGRESS = "allow-egress";
const ALLOW = ["allow-same-namespace", "allow-dns", "allow-gateway", "allow-observability"];

export function judgeNetwork(
  tenant: Tenant,
  namespace: TenantNamespace,
  platform: Platform,
  policies: readonly LiveObject[],
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "network");
  const { egress: listed } = tenant.network;
  const object = (name: string) => `NetworkPolicy ${namespace.name}/${name}`;
  for (const name of [DENY, ...ALLOW, ...(listed.length > 0 ? [EGRESS] : [])]) {
    expect(object(name), named(policies, name) !== undefined, "is missing");
  }
  const deny = named(policies, DENY);
  expect(
    object(DENY),
    deny === undefined || deniesAll(deny["spec"] as LivePolicy),
    "does not deny every pod in both directions",
  );
  // Policies add up, so that one which is not ours opens as well as one of ours.
  const leaving = (policy: LiveObject) =>
    policy.metadata.name === EGRESS && listed.length === 0 && isLeaving(policy, tenant.id);
  for (const policy of policies.filter((one) => one.metadata.name !== DENY && !leaving(one))) {
    const { ingress = [], egress = [] } = policy["spec"] as LivePolicy;
    expect(
      object(policy.metadata.name),
      ingress.every(
        ({ from = [] }) => from.length > 0 && from.every((peer) => mayEnter(peer, namespace, platform)),
      ),
      "lets in others than the namespace itself, the gateway and observability",
    );
    expect(
      object(policy.metadata.name),
      egress.every(
        ({ to = [], ports = [] }) =>
          to.length > 0 &&
          to.every(
            (peer) => isOwn(peer, namespace) || isDns(peer, ports, platform) || isListed(peer, ports, listed),
          ),
      ),
      "lets out to more than the namespace itself, DNS and the listed networks",
    );
  }
}

function deniesAll({ podSelector, policyTypes, ingress, egress }: LivePolicy): boolean {
  const everyPod =
    !Object.keys(podSelector?.matchLabels ?? {}).length && !podSelector?.matchExpressions?.length;
  return (
    everyPod &&
    isDeepStrictEqual([...(policyTypes ?? [])].sort(), ["Egress", "Ingress"]) &&
    !ingress?.length &&
    !egress?.length
  );
}

function mayEnter(peer: Peer, namespace: TenantNamespace, { cluster }: Platform): boolean {
  const from = namespaceOf(peer);
  return (
    isOwn(peer, namespace) ||
    (from !== undefined && [cluster.gatewayNamespace, cluster.observabilityNamespace].includes(from))
  );
}

/** Pods of the namespace itself. */
function isOwn(peer: Peer, { name }: TenantNamespace): boolean {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  return (
    namespaceOf(peer) === name ||
    (podSelector !== undefined && namespaceSelector === undefined && ipBlock === undefined)
  );
}

/** The one namespace that a peer names by the label that nobody can forge. */
function namespaceOf({ namespaceSelector, ipBlock }: Peer): string | undefined {
  const { "kubernetes.io/metadata.name": name, ...others } = namespaceSelector?.matchLabels ?? {};
  const alone = Object.keys(others).length === 0 && !namespaceSelector?.matchExpressions?.length;
  return alone && ipBlock === undefined ? name : undefined;
}

function isDns(peer: Peer, ports: readonly Port[], { cluster }: Platform): boolean {
  return (
    namespaceOf(peer) === cluster.dns.namespace &&
    isDeepStrictEqual({ ...peer.podSelector?.matchLabels }, { ...cluster.dns.podLabels }) &&
    ports.length > 0 &&
    ports.every(
      ({ protocol, port, endPort }) =>
        (protocol === "UDP" || protocol === "TCP") && port === 53 && endPort === undefined,
    )
  );
}

function isListed(peer: Peer, ports: readonly Port[], listed: readonly NetworkEgress[]): boolean {
  const { ipBlock, podSelector, namespaceSelector } = peer;
  return (
    ipBlock !== undefined &&
    podSelector === undefined &&
    namespaceSelector === undefined &&
    listed.some(
      (rule) =>
        ipBlock.cidr === rule.cidr &&
        isDeepStrictEqual([...(ipBlock.except ?? [])].sort(), [...rule.except].sort()) &&
        ports.length > 0 &&
        portTexts(ports).every((port) => portTexts(rule.ports).includes(port)),
    )
  );
}

function portTexts(ports: readonly Port[]): string[] {
  return ports.map(({ protocol, port, endPort }) => JSON.stringify([protocol, port, endPort]));
}
