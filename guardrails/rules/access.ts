/** Who may do what, and with which credential (R1-R3, R5, R6, R26, R64, R67). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";
import { accountRoles } from "./access/account-roles";
import { clusterRights } from "./access/cluster-rights";
import { roleBindings } from "./access/role-bindings";
import { roles } from "./access/roles";
import { secretTypes } from "./access/secret-types";
import { secretWriters } from "./access/secret-writers";
import { tenantClaim } from "./access/tenant-claim";

export function accessRules(platform: GuardedPlatform): readonly Rule[] {
  return [
    tenantClaim,
    roleBindings,
    roles,
    clusterRights,
    accountRoles(platform),
    secretWriters(platform),
    secretTypes,
  ];
}
