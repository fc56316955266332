/** No tenant is given more than its file says (R34, R35). */

import { presenceOf } from "../../model/lifecycle";
import { quantity } from "../../model/quantity";
import { quotaHard } from "../../model/quota";
import type { Containers } from "../../model/tiers";
import type { ResourceCheck } from "../check";
import { at, inWords, listAt, textAt, UNKNOWN, type Properties } from "../declared";

const QUOTA = "kubernetes:core/v1:ResourceQuota";
const LIMITS = "kubernetes:core/v1:LimitRange";

export const quotas: ResourceCheck = {
  name: "quotas",
  description:
    "The quota and the limits of a tenant's namespace give no more than the tenant's file (R34, R35).",
  about: (type) => type === QUOTA || type === LIMITS,
  judge: ({ type, props }, { holderOf }) => {
    const namespace = textAt(props, "metadata", "namespace") ?? "";
    const name = textAt(props, "metadata", "name") ?? "";
    const holder = holderOf(namespace);
    if (holder === undefined || !["tenant-quota", "tenant-limits"].includes(name)) {
      return [];
    }
    const { tenant } = holder;
    const faults =
      type === QUOTA
        ? [
            ...amountFaults(
              "gives",
              at(props, "spec", "hard"),
              quotaHard(holder.namespace.quota, presenceOf(tenant).runs),
            ),
            ...scopeFaults(props),
          ]
        : limitFaults(props, tenant.containers);
    const kind = type === QUOTA ? "ResourceQuota" : "LimitRange";
    return faults.map((fault) => `${kind} ${namespace}/${name} of tenant ${tenant.name}: ${fault}`);
  },
};

/** A quota with a scope counts only some pods. */
function scopeFaults(props: Properties): string[] {
  const scoped =
    listAt(props, "spec", "scopes").length > 0 || at(props, "spec", "scopeSelector") !== undefined;
  return scoped ? ["counts only a part of the tenant's pods (scopes)"] : [];
}

function limitFaults(props: Properties, { max }: Containers): string[] {
  const ranges = listAt(props, "spec", "limits").filter((range) => at(range, "type") === "Container");
  const wanted = { cpu: max.cpu, memory: max.memory, "ephemeral-storage": max.ephemeralStorage };
  return ranges.length === 0
    ? ["sets no limits for containers"]
    : ranges.flatMap((range) => amountFaults("lets one container have", at(range, "max"), wanted));
}

function amountFaults(verb: string, given: unknown, most: Readonly<Record<string, string>>): string[] {
  return Object.entries(most).flatMap(([key, largest]) => {
    const found = at(given, key);
    if (found === UNKNOWN) {
      return [];
    }
    const amount = found === undefined ? undefined : quantity(inWords(found));
    return amount !== undefined && amount <= (quantity(largest) ?? 0n)
      ? []
      : [`${verb} ${inWords(found, "any amount")} of ${key} instead of ${largest}`];
  });
}
