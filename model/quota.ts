/** What a tenant's quota counts, in the keys of Kubernetes: one table for who declares it and for who checks it (R34). */

import { amountOf, decimalOf, textOf } from "./quantity";
import type { Quota } from "./tiers";

/** What pods are, and what makes them. */
const RUNNING = [
  "pods",
  "count/pods",
  "count/jobs.batch",
  "count/cronjobs.batch",
  "count/deployments.apps",
  "count/statefulsets.apps",
  "count/daemonsets.apps",
  "count/replicasets.apps",
  "count/horizontalpodautoscalers.autoscaling",
] as const;

/**
 * `pods` counts running pods and `count/pods` finished ones too; both are held. Kinds that only cost etcd are
 * counted as well, so that no tenant can fill it. One disruption budget, six ServiceAccounts and six network policies
 * are ours.
 *
 * @param runs whether there is room for pods and what makes them. What is there already stays, and so does the room for
 * what holds data.
 */
export function quotaHard(quota: Quota, runs = true): Record<string, string> {
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
    "count/poddisruptionbudgets.policy": quota.pods + 1,
    "count/networkpolicies.networking.k8s.io": quota.services + 6,
    "count/ingresses.networking.k8s.io": quota.services,
    "count/httproutes.gateway.networking.k8s.io": quota.services,
    "count/grpcroutes.gateway.networking.k8s.io": quota.services,
    "count/externalsecrets.external-secrets.io": quota.secrets,
    "count/serviceaccounts": quota.pods + 6,
    replicationcontrollers: 0,
    resourcequotas: 2,
    ...(!runs && Object.fromEntries(RUNNING.map((key) => [key, 0]))),
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

/**
 * Per cent of the tenant's quota for each environment: those that are written, and what is left in equal parts for the
 * rest. Whole numbers; a remainder goes to the first of the rest.
 */
export function sharesOf(written: readonly (number | undefined)[]): number[] {
  const open = written.filter((share) => share === undefined).length;
  const left = written.reduce<number>((rest, share) => rest - (share ?? 0), 100);
  const part = Math.floor(left / open);
  let extra = left - part * open;
  return written.map((share) => {
    if (share !== undefined) {
      return share;
    }
    const mine = part + extra;
    extra = 0;
    return mine;
  });
}

/** Fields that count bytes. */
export const BYTES: ReadonlySet<string> = new Set(["memory", "memoryLimit", "ephemeralStorage", "storage"]);
const MEBIBYTE = amountOf("1Mi");
const THOUSANDTH = amountOf("1m");

/**
 * A part of a quota, rounded down to mebibytes, thousandths of a core and whole pieces, so that the parts never add up
 * to more than the whole.
 */
export function shareOf(quota: Quota, percent: number): Quota {
  const part = (field: string, amount: string) => {
    const exact = (amountOf(amount) * BigInt(percent)) / 100n;
    // Cores never in binary units: 1024 of them would read 1Ki.
    return BYTES.has(field)
      ? textOf((exact / MEBIBYTE) * MEBIBYTE)
      : decimalOf((exact / THOUSANDTH) * THOUSANDTH);
  };
  return Object.fromEntries(
    Object.entries(quota).map(([field, amount]: [string, string | number]) => [
      field,
      typeof amount === "number" ? Math.floor((amount * percent) / 100) : part(field, amount),
    ]),
  ) as unknown as Quota;
}
