/** What a tenant's quota counts, in the keys of Kubernetes: one table for who declares it and for who checks it (R34). */

import type { Quota } from "./tiers";

/**
 * `pods` counts running pods and `count/pods` finished ones too; both are held. Kinds that only cost etcd are
 * counted as well, so that no tenant can fill it.
 */
export function quotaHard(quota: Quota): Record<string, string> {
  const counts = {
    pods: quota.pods,
    "count/pods": quota.pods * 2,
    persistentvolumeclaims: quota.persistentVolumeClaims,
    services: quota.services,
    "services.loadbalancers": quota.loadBalancers,
    "services.nodeports": quota.nodePorts,
    secrets: quota.secrets,
    configmaps: quota.configMaps,
    "count/jobs.batch": quota.jobs,
    "count/cronjobs.batch": quota.cronJobs,
    "count/deployments.apps": quota.pods,
    "count/statefulsets.apps": quota.pods,
    "count/daemonsets.apps": quota.pods,
    "count/replicasets.apps": quota.pods * 12,
    "count/horizontalpodautoscalers.autoscaling": quota.pods,
    "count/poddisruptionbudgets.policy": quota.pods,
    "count/ingresses.networking.k8s.io": quota.services,
    "count/serviceaccounts": quota.pods,
    replicationcontrollers: 0,
    resourcequotas: 2,
  };
  return {
    "requests.cpu": quota.cpu,
    "requests.memory": quota.memory,
    "limits.cpu": quota.cpuLimit,
    "limits.memory": quota.memoryLimit,
    "requests.ephemeral-storage": quota.ephemeralStorage,
    "limits.ephemeral-storage": quota.ephemeralStorage,
    "requests.storage": quota.storage,
    ...Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, String(value)])),
  };
}
