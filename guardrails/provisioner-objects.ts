/**
 * What the provisioner may write into namespaces of tenants and objects of the whole cluster: nothing that lowers Pod
 * Security, leaves the tenant's key, or reaches what is not the tenant's (R18, R39, R41, R48, R50, R51, R56).
 */

import * as labels from "../model/labels";
import * as names from "../model/names";
import type { GuardedPlatform } from "../model/provisioner";
import { tierNames } from "../model/tiers";
import { derived, text, type Check } from "./check";

export function objectChecks(platform: GuardedPlatform): Check[] {
  return [
    ...namespaceChecks(platform),
    ...storageChecks(platform),
    ...WALLS,
    ...NODES,
    ...poolChecks(platform),
    LISTENERS,
  ];
}

/** Whether the object bears these labels just as it did before, CEL. */
function asBefore(keys: readonly string[]): string {
  return `oldObject != null && ${text(keys)}.all(key, variables.labels[?key] == variables.before[?key])`;
}

function namespaceChecks({ cluster }: GuardedPlatform): Check[] {
  const level = "pod-security.kubernetes.io/enforce";
  const version = `${level}-version`;
  const label = (key: string) => `variables.labels[?${text(key)}].orValue("")`;
  const pinned = cluster.podSecurityVersion;
  return [
    {
      kind: "namespaces",
      when: `object != null && !(${asBefore([level, version, labels.ALLOW_ROOT])})`,
      holds: `${label(version)} == ${text(pinned)} && (${label(level)} == "restricted" ||
        ${label(level)} == "baseline" && ${label(labels.ALLOW_ROOT)} == "true")`,
      why: `its Pod Security is not restricted at version ${pinned}, nor baseline with the opt-out on record (${labels.ALLOW_ROOT}: "true"); label it so`,
    },
    {
      kind: "namespaces",
      when: `object != null && !(${asBefore([labels.POOL])})`,
      holds: `${label(labels.POOL)} in ${text(tierNames)}`,
      why: `its label ${labels.POOL}, by which its pods are kept to the tenant's nodes, is none of ${tierNames.join(", ")}; label it so`,
    },
  ];
}

const PARAMETERS = ["type", "encrypted", "kmsKeyId", "tagSpecification_1"];

function storageChecks({ aws }: GuardedPlatform): Check[] {
  const kind = "storageclasses.storage.k8s.io";
  return [
    {
      kind,
      holds: `object.provisioner == "ebs.csi.aws.com" &&
        object.?parameters.orValue({}).all(name, name in ${text(PARAMETERS)}) &&
        object.?parameters.?encrypted.orValue("") == "true" &&
        object.?parameters.?kmsKeyId.orValue("") == ${derived((id) => names.aliasArn(aws, names.keyAlias(id)))}`,
      why: `its volumes are not EBS volumes encrypted with the tenant's own key (encrypted: "true", kmsKeyId: ${names.aliasArn(aws, names.keyAlias("<id>"))}); declare it so`,
    },
    {
      kind,
      when: "object != null",
      holds: `object.metadata.?annotations.orValue({}).all(key, !key.endsWith("/is-default-class"))`,
      why: "it asks to be the class of every volume in the cluster that names none; leave the annotation is-default-class out",
    },
  ];
}

/** The policy API's two kinds: above all NetworkPolicies, so that an `Allow` of theirs nobody can close. */
const WALLS: readonly Check[] = ["adminnetworkpolicies", "clusternetworkpolicies"].map((plural) => ({
  kind: `${plural}.policy.networking.k8s.io`,
  holds: `object.spec.subject == {"namespaces": {"matchLabels": {${text(labels.TENANT)}: variables.tenant}}} &&
    (object.spec.?ingress.orValue([]) + object.spec.?egress.orValue([])).all(rule, rule.action == "Deny")`,
  why: "it does more than deny traffic of the tenant's own namespaces; leave the rest to its network policies",
}));

/** Nodes of a stranger's class could carry a stranger's IAM role. */
const NODES: readonly Check[] = [
  {
    kind: "nodepools.karpenter.sh",
    holds: `object.spec.template.spec.nodeClassRef.group == "karpenter.k8s.aws" &&
      object.spec.template.spec.nodeClassRef.name in ${text(tierNames.map(names.sharedNodesName))} &&
      object.spec.template.spec.?taints.orValue([]).exists(taint, taint.key == ${text(labels.TENANT)} &&
        taint.?value.orValue("") == variables.tenant && taint.effect == "NoSchedule")`,
    why: `its nodes are not of one of the platform's classes, or take pods of others than the tenant (taint ${labels.TENANT}); declare it so`,
  },
];

function poolChecks({ cluster: { cni, tenantPodCidrs } }: GuardedPlatform): Check[] {
  const cidrs = cni === "cilium" ? "object.spec.?ipv4.?cidrs.orValue([])" : "[object.spec.cidr]";
  const families = cni === "cilium" ? "!has(object.spec.ipv6) && " : "";
  return ["ciliumpodippools.cilium.io", "ippools.projectcalico.org"].map((kind) => ({
    kind,
    holds: `${families}${cidrs}.all(network, ${text(tenantPodCidrs)}.exists(range, cidr(range).containsCIDR(network)))`,
    why: `its addresses are not within the networks that the platform keeps for tenants' pods (${tenantPodCidrs.join(", ") || "none"}); choose others`,
  }));
}

const LISTENERS: Check = {
  kind: "listenersets.gateway.networking.k8s.io",
  holds: `object.spec.parentRef.name == ${text(names.GATEWAY)} && !has(object.spec.parentRef.namespace) &&
    object.spec.listeners.all(listener, listener.?allowedRoutes.?namespaces.orValue({}) ==
      {"from": dyn("Selector"), "selector": dyn({"matchLabels": {${text(labels.TENANT)}: variables.tenant}})})`,
  why: "it takes routes of others than the tenant's own namespaces, or is for another gateway; declare it so",
};
