/** What a tenant opens to others, and where it reaches (R24, R48, R50). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";
import { externalIps } from "./network/external-ips";
import { externalName } from "./network/external-name";
import { serviceType } from "./network/service-type";

export function networkRules(platform: GuardedPlatform): readonly Rule[] {
  return [serviceType, externalIps, externalName(platform)];
}
