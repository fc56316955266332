import type * as kubernetes from "@pulumi/kubernetes";
import type { ProvisionerRight } from "../model/provisioner";

/** A right as RBAC spells it. */
export function policyRule(right: ProvisionerRight): kubernetes.types.input.rbac.v1.PolicyRule {
  const { apiGroups, resources, verbs, resourceNames } = right;
  return {
    apiGroups: [...apiGroups],
    resources: [...resources],
    verbs: [...verbs],
    ...(resourceNames && { resourceNames: [...resourceNames] }),
  };
}
