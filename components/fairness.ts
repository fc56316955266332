import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import { presenceOf } from "../model/lifecycle";
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
 * name none, no pod in a priority class of the platform or of another tier (R34, R35, R37). The disruption budget keeps
 * an upgrade of the nodes from taking more than half of the tenant's replicas at once (R38).
 */
export class Fairness extends pulumi.ComponentResource {
  readonly quota: kubernetes.core.v1.ResourceQuota;
  readonly foreignPriority: kubernetes.core.v1.ResourceQuota;
  readonly limits: kubernetes.core.v1.LimitRange;
  readonly budget: kubernetes.policy.v1.PodDisruptionBudget;

  constructor(name: string, args: FairnessArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Fairness", name, {}, opts);
    const { tenant, namespace, within } = args;
    const child = { parent: this, deletedWith: within, dependsOn: within, deleteBeforeReplace: true };
    const metadata = (object: string) => tenantObject(tenant, object, namespace.name);

    const { runs } = presenceOf(tenant);
    this.quota = new kubernetes.core.v1.ResourceQuota(
      `${name}-quota`,
      { metadata: metadata(names.TENANT_QUOTA), spec: { hard: quotaHard(namespace.quota, runs) } },
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

    this.budget = new kubernetes.policy.v1.PodDisruptionBudget(
      `${name}-disruption-budget`,
      { metadata: metadata("tenant-default"), spec: budgetSpec() },
      child,
    );

    this.registerOutputs();
  }
}

/**
 * Counts only pods whose controller has a scale: the placement policy labels them, and the budget's share rounds up, so
 * that a single replica never holds up a drain. Pods under a budget of the tenant's own bear another label.
 */
function budgetSpec(): kubernetes.types.input.policy.v1.PodDisruptionBudgetSpec {
  return {
    selector: { matchLabels: { [labels.DISRUPTION_BUDGET]: "default" } },
    maxUnavailable: "50%",
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  };
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
