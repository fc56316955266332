/** Every rule, in the order in which the documentation tells of them. */

import type { GuardedPlatform } from "../model/provisioner";
import type { Rule } from "./rule";
import { accessRules } from "./rules/access";
import { deliveryRules } from "./rules/delivery";
import { networkRules } from "./rules/network";
import { objectsRules } from "./rules/objects";
import { placementRules } from "./rules/placement";
import { podRules } from "./rules/pods";
import { storageRules } from "./rules/storage";
import { workloadsRules } from "./rules/workloads";

/** The rules of a platform; one that needs a setting which the platform does not give is left out. */
export function guardrails(platform: GuardedPlatform): readonly Rule[] {
  return [
    ...podRules,
    ...workloadsRules(platform),
    ...placementRules(platform),
    ...storageRules,
    ...networkRules(platform),
    ...accessRules(platform),
    ...objectsRules,
    ...deliveryRules(platform),
  ];
}
