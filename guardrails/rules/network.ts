/** What a tenant opens to others, and where it reaches (R24, R48, R50). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";
import { cniPolicies } from "./network/cni-policies";
import { dnsAnnotations } from "./network/dns-annotations";
import { endpointsRule } from "./network/endpoints";
import { externalIps } from "./network/external-ips";
import { externalName } from "./network/external-name";
import { gateways } from "./network/gateways";
import { ingressAnnotations } from "./network/ingress-annotations";
import { ingressBackends } from "./network/ingress-backends";
import { ingressClass } from "./network/ingress-class";
import { ingressHosts } from "./network/ingress-hosts";
import { networkPolicyEgress } from "./network/network-policy-egress";
import { networkPolicyIngress } from "./network/network-policy-ingress";
import { referenceGrants } from "./network/reference-grants";
import { routeBackends } from "./network/route-backends";
import { routeHosts } from "./network/route-hosts";
import { routeParents } from "./network/route-parents";
import { serviceAnnotations } from "./network/service-annotations";
import { serviceType } from "./network/service-type";

export function networkRules(platform: GuardedPlatform): readonly Rule[] {
  return [
    serviceType,
    externalIps,
    externalName(platform),
    serviceAnnotations,
    dnsAnnotations(platform),
    ingressHosts(platform),
    ingressClass(platform),
    ingressAnnotations(platform),
    ingressBackends(platform),
    routeParents(platform),
    routeHosts(platform),
    routeBackends(platform),
    gateways(platform),
    referenceGrants,
    endpointsRule,
    networkPolicyIngress(platform),
    networkPolicyEgress(platform),
    cniPolicies,
  ];
}
