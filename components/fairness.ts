import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import { quotaHard } from "../model/quota";
import type { Tenant, TenantNamespace } from "../model/tenant";
import { tierNames, type Containers } from "../model/tiers";
import { tenantObject } from "./object-meta";

export interface FairnessArgs {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
  readonly within: kubernetes.core.v1.Namespace;
}

/**
 * Keeps a tenant from starving its neighbours: a quota over everything it can create, limits for containers that
 * name none, and no pod in a priority class of the platform or of another tier (R34, R35, R37).
 */
export class Fairness extends pulumi.ComponentResource {
  readonly quota: kubernetes.core.v1.ResourceQuota;
  readonly foreignPriority: kubernetes.core.v1.ResourceQuota;
  readonly limits: kubernetes.core.v1.LimitRange;

  constructor(name: string, args: FairnessArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Fairness", name, {}, opts);
    const { tenant, namespace, within } = args;
    const child = { parent: this, deletedWith: within, dependsOn: within, deleteBeforeReplace: true };
    const metadata = (object: string) => tenantObject(tenant, object, namespace.name);

    this.quota = new kubernetes.core.v1.ResourceQuota(
      `${name}-quota`,
      { metadata: metadata("tenant-quota"), spec: { hard: quotaHard(tenant.quota) } },
      child,
    );
    this.foreignPriority = new kubernetes.core.v1.ResourceQuota(
      `${name}-foreign-priority`,
      { metadata: metadata("foreign-priority"), spec: foreignPrioritySpec(tenant) },
      child,
    );
    this.limits = new kubernetes.core.v1.LimitRange(
      `${name}-limits`,
      { metadata: metadata("tenant-limits"), spec: { limits: [containerLimits(tenant.containers)] } },
      child,
    );

    this.registerOutputs();
  }
}

/** No pod at all in the classes of Kubernetes itself or of another tier. */
function foreignPrioritySpec(tenant: Tenant): kubernetes.types.input.core.v1.ResourceQuotaSpec {
  const foreign = tierNames.filter((tier) => tier !== tenant.tier).map(names.priorityClassName);
  return {
    hard: { pods: "0" },
    scopeSelector: {
      matchExpressions: [
        {
          scopeName: "PriorityClass",
          operator: "In",
          values: ["system-cluster-critical", "system-node-critical", ...foreign],
        },
      ],
    },
  };
}

function containerLimits(containers: Containers): kubernetes.types.input.core.v1.LimitRangeItem {
  const amounts = (of: Containers["max"]) => ({
    cpu: of.cpu,
    memory: of.memory,
    "ephemeral-storage": of.ephemeralStorage,
  });
  return {
    type: "Container",
    default: amounts(containers.default),
    defaultRequest: amounts(containers.defaultRequest),
    max: amounts(containers.max),
  };
}
