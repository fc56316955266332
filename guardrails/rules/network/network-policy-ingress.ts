/** Policies only add up: one of a tenant's own that lets others in undoes the default deny (R47, R48). */

import * as labels from "../../../model/labels";
import type { GuardedPlatform } from "../../../model/provisioner";
import { NAMESPACE_NAME, OTHER, OTHER_NAMESPACE, PROVISIONER } from "../../examples";
import { NETWORK_POLICY } from "../../kinds";
import type { Rule } from "../../rule";
import { namespaced, networkPolicy, type Fields } from "./objects";
import { isIn, NAMED } from "./peers";

export function networkPolicyIngress({ cluster }: GuardedPlatform): Rule {
  const { gatewayNamespace, observabilityNamespace } = cluster;
  const from = (...peers: Fields[]) =>
    networkPolicy({ policyTypes: ["Ingress"], ingress: [{ from: peers, ports: [{ port: 8080 }] }] });
  const metadataName = { key: "kubernetes.io/metadata.name", operator: "In", values: [OTHER_NAMESPACE] };
  return {
    name: "network-policy-ingress",
    requirements: ["R25", "R47", "R48"],
    matches: [{ kinds: [NETWORK_POLICY], operations: ["CREATE", "UPDATE"] }],
    variables: { rules: "object.spec.?ingress.orValue([])" },
    when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
    offences: `variables.rules.map(rule, rule.?from.orValue([]).size() == 0
        ? "a rule of ingress without from lets everybody in"
        : rule.from.filter(peer, !${isIn([gatewayNamespace, observabilityNamespace])})
            .map(peer, "it lets in " + ${NAMED}).join(", "))
      .filter(offence, offence != "")`,
    why: `Only pods of this namespace and the namespaces ${gatewayNamespace} and ${observabilityNamespace} may come in`,
    cure: "Name pods by podSelector alone, or one of these namespaces by its label kubernetes.io/metadata.name under matchLabels",
    examples: {
      passes: [
        { what: "nobody", object: networkPolicy({ policyTypes: ["Ingress"] }) },
        {
          what: "pods of the namespace itself",
          object: from({ podSelector: { matchLabels: { app: "api" } } }),
        },
        {
          what: "the namespace itself, by name",
          object: from({ ...namespaced(NAMESPACE_NAME), podSelector: {} }),
        },
        {
          what: "the gateway and observability",
          object: from(namespaced(gatewayNamespace), namespaced(observabilityNamespace)),
        },
        {
          what: "the platform's own policy",
          object: networkPolicy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }),
          by: PROVISIONER,
        },
      ],
      fails: [
        {
          what: "everybody, by an empty rule",
          object: networkPolicy({ ingress: [{}] }),
          says: "a rule of ingress without from lets everybody in",
        },
        {
          what: "everybody on one port",
          object: networkPolicy({ ingress: [{ from: [], ports: [{ port: 8080 }] }] }),
          says: "a rule of ingress without from lets everybody in",
        },
        {
          what: "every namespace",
          object: from({ namespaceSelector: {} }),
          says: "it lets in namespaces that it does not name",
        },
        {
          what: "pods of every namespace",
          object: from({ namespaceSelector: {}, podSelector: { matchLabels: { app: "api" } } }),
          says: "it lets in namespaces that it does not name",
        },
        {
          what: "another tenant's namespace",
          object: from(namespaced(OTHER_NAMESPACE)),
          says: "it lets in namespace tenant-other",
        },
        {
          what: "another environment of the tenant",
          object: from(namespaced(`${NAMESPACE_NAME}--test`)),
          says: "it lets in namespace tenant-example--test",
        },
        {
          what: "another tenant by its id",
          object: from({ namespaceSelector: { matchLabels: { [labels.TENANT]: OTHER.id } } }),
          says: "it lets in namespaces that it does not name",
        },
        {
          what: "another tenant's namespace by an expression",
          object: from({ namespaceSelector: { matchExpressions: [metadataName] } }),
          says: "it lets in namespaces that it does not name",
        },
        {
          what: "the gateway by one label more",
          object: from({
            namespaceSelector: {
              matchLabels: { "kubernetes.io/metadata.name": gatewayNamespace, [labels.TENANT]: OTHER.id },
            },
          }),
          says: "it lets in namespaces that it does not name",
        },
        {
          what: "the gateway by an expression as well",
          object: from({
            namespaceSelector: {
              ...(namespaced(gatewayNamespace)["namespaceSelector"] as Fields),
              matchExpressions: [{ key: labels.TENANT, operator: "DoesNotExist" }],
            },
          }),
          says: "it lets in namespaces that it does not name",
        },
        {
          what: "addresses",
          object: from({ ipBlock: { cidr: "0.0.0.0/0" } }),
          says: "it lets in 0.0.0.0/0",
        },
        {
          what: "another tenant's namespace beside pods of its own",
          object: from({ podSelector: {} }, namespaced(OTHER_NAMESPACE)),
          says: "it lets in namespace tenant-other",
        },
        {
          what: "another tenant's namespace, later",
          before: from({ podSelector: {} }),
          object: from(namespaced(OTHER_NAMESPACE)),
          says: "it lets in namespace tenant-other",
        },
      ],
    },
  };
}
