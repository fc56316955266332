/** Judges the CNI's own policies in a tenant's namespace: they open the listed DNS names and nothing else (R49). */

import { isDeepStrictEqual } from "node:util";
import type { Platform } from "../../model/platform";
import type { NameEgress, Tenant, TenantNamespace } from "../../model/tenant";
import { isLeaving, named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";

const POLICY = "allow-names";
type Json = Readonly<Record<string, unknown>>;

export function judgeNamedEgress(
  tenant: Tenant,
  namespace: TenantNamespace,
  { cluster }: Platform,
  policies: readonly LiveObject[],
  ledger: Ledger,
): void {
  if (cluster.cni !== "cilium" && cluster.cni !== "calico-enterprise") {
    return;
  }
  const { expect } = ledger.bench(tenant.name, "network");
  const kind = cluster.cni === "cilium" ? "CiliumNetworkPolicy" : "Calico NetworkPolicy";
  const object = (name: string) => `${kind} ${namespace.name}/${name}`;
  const { names } = tenant.network;
  const own = named(policies, POLICY);
  const leaving = names.length === 0 && own !== undefined && isLeaving(own, tenant.id);
  expect(object(POLICY), leaving || (own !== undefined) === names.length > 0, presence(names));
  for (const policy of leaving ? policies.filter((other) => other !== own) : policies) {
    const { ingress, egress = [] } = policy["spec"] as { ingress?: unknown[]; egress?: Json[] };
    const opened =
      cluster.cni === "cilium"
        ? egress.every((rule) => isDnsProxy(rule, cluster.dns) || ciliumOpens(rule, names))
        : egress.every((rule) => calicoOpens(rule, names));
    expect(object(policy.metadata.name), opened && !ingress?.length, "opens more than the listed DNS names");
  }
}

function presence(names: readonly NameEgress[]): string {
  return names.length > 0 ? "is missing" : "is not declared";
}

/** DNS to the cluster's own, through the proxy that learns addresses from the answers. */
function isDnsProxy(rule: Json, dns: Platform["cluster"]["dns"]): boolean {
  const [endpoint, ...others] = (rule["toEndpoints"] ?? []) as { matchLabels?: Record<string, string> }[];
  const labels = Object.entries(dns.podLabels).map(([key, value]) => [`k8s:${key}`, value]);
  const ports = portsOf(rule);
  return (
    isDeepStrictEqual(Object.keys(rule).sort(), ["toEndpoints", "toPorts"]) &&
    others.length === 0 &&
    isDeepStrictEqual(endpoint, {
      matchLabels: {
        "k8s:io.kubernetes.pod.namespace": dns.namespace,
        ...(Object.fromEntries(labels) as Record<string, string>),
      },
    }) &&
    ports.length > 0 &&
    ports.every(({ port }) => port === "53")
  );
}

function ciliumOpens(rule: Json, names: readonly NameEgress[]): boolean {
  const targets = (rule["toFQDNs"] ?? []) as { matchName?: string; matchPattern?: string }[];
  const ports = portsOf(rule)
    .map((port) => JSON.stringify([port["port"], port["endPort"] ?? null, port["protocol"]]))
    .sort();
  return (
    isDeepStrictEqual(Object.keys(rule).sort(), ["toFQDNs", "toPorts"]) &&
    targets.length > 0 &&
    targets.every(({ matchName, matchPattern }) =>
      names.some(
        (entry) =>
          entry.host === (matchName ?? matchPattern) &&
          isDeepStrictEqual(
            ports,
            entry.ports
              .map(({ port, endPort, protocol }) => JSON.stringify([String(port), endPort ?? null, protocol]))
              .sort(),
          ),
      ),
    )
  );
}

function portsOf(rule: Json): Json[] {
  return ((rule["toPorts"] ?? []) as { ports?: Json[] }[]).flatMap(({ ports = [] }) => ports);
}

function calicoOpens(rule: Json, names: readonly NameEgress[]): boolean {
  const {
    domains = [],
    ports = [],
    ...others
  } = (rule["destination"] ?? {}) as {
    domains?: string[];
    ports?: (string | number)[];
  };
  return (
    rule["action"] !== "Allow" ||
    (Object.keys(others).length === 0 &&
      domains.length > 0 &&
      ports.length > 0 &&
      domains.every((domain) =>
        names.some(
          (entry) =>
            entry.host === domain &&
            ports.every((live) =>
              entry.ports.some(
                ({ port, endPort, protocol }) =>
                  protocol === rule["protocol"] &&
                  String(live) === (endPort === undefined ? String(port) : `${port}:${endPort}`),
              ),
            ),
        ),
      ))
  );
}
