/** What the tenants of a list are promised together, the cluster has (R34, R96). */

import { decimalOf, quantity, textOf } from "../../model/quantity";
import type { StackCheck } from "../check";
import { at, kubernetesObject } from "../declared";

/** What the platform states, and the key of a quota that draws on it. */
const MEASURES = { cpu: "requests.cpu", memory: "requests.memory", pods: "pods" } as const;
type Measure = keyof typeof MEASURES;

export const clusterCapacity: StackCheck = {
  name: "cluster-capacity",
  description: "The tenants' quotas together fit what the platform says that the cluster has (R34, R96).",
  of: "list",
  judgeStack: (resources, { platform, holderOf }) => {
    const { capacity } = platform.cluster;
    if (capacity === undefined) {
      return [];
    }
    const quotas = resources
      .filter(({ type }) => type === "kubernetes:core/v1:ResourceQuota")
      .flatMap((resource) => kubernetesObject(resource) ?? [])
      .filter(({ name, namespace = "" }) => name === "tenant-quota" && holderOf(namespace) !== undefined)
      .map(({ document }) => at(document, "spec", "hard"));
    return (Object.keys(MEASURES) as Measure[]).flatMap((measure) => {
      const stated = capacity[measure];
      if (stated === undefined) {
        return [];
      }
      const promised = quotas.reduce<bigint>((sum, hard) => sum + amountIn(hard, MEASURES[measure]), 0n);
      const available = scaled(stated, capacity.overcommit);
      const text = measure === "memory" ? textOf : decimalOf;
      return promised <= available
        ? []
        : [
            `the tenants' quotas promise ${text(promised)} of ${measure} and the cluster has ${text(available)}; give tenants less, or state what was added (cluster.capacity)`,
          ];
    });
  },
};

function amountIn(hard: unknown, key: string): bigint {
  const found = at(hard, key);
  return (typeof found === "string" ? quantity(found) : undefined) ?? 0n;
}

/** The factor counts in hundredths. */
function scaled(stated: string | number, overcommit: number): bigint {
  return ((quantity(String(stated)) ?? 0n) * BigInt(Math.round(overcommit * 100))) / 100n;
}
