/** What a workload needs, where it comes from and how long it holds on (R21, R22, R34, R35, R38). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";
import { automountedTokens } from "./workloads/automount";
import { cronJobHistory } from "./workloads/cron-jobs";
import { disruptionBudgets } from "./workloads/disruption-budgets";
import { gracePeriod } from "./workloads/grace-period";
import { imageRegistry } from "./workloads/image-registry";
import { memoryVolumes } from "./workloads/memory-volumes";
import { replicaCounts } from "./workloads/replicas";
import { declaredResources, resizedResources } from "./workloads/resources";
import { platformAccounts } from "./workloads/service-accounts";

export function workloadsRules(platform: GuardedPlatform): readonly Rule[] {
  const registry = imageRegistry(platform);
  return [
    declaredResources,
    resizedResources,
    ...(registry ? [registry] : []),
    platformAccounts,
    automountedTokens,
    gracePeriod,
    memoryVolumes,
    replicaCounts,
    cronJobHistory,
    disruptionBudgets,
  ];
}
