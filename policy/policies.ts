/** Every policy of the pack, in the order in which the documentation tells of them. */

import type { Policies } from "@pulumi/policy";
import { resourcePolicy, stackPolicy, type ResourceCheck, type StackCheck } from "./check";
import { admissionAdvice } from "./checks/admission-advice";
import { admissionRules } from "./checks/admission-rules";
import { backupPlaces } from "./checks/backup-places";
import { clusterCapacity } from "./checks/cluster-capacity";
import { dataProtection } from "./checks/data-protection";
import { defaultDeny } from "./checks/default-deny";
import { excludedParts } from "./checks/excluded-parts";
import { guardrailsKept } from "./checks/guardrails-kept";
import { guardrailsStand } from "./checks/guardrails-stand";
import { keyPolicies } from "./checks/key-policies";
import { podSecurity } from "./checks/pod-security";
import { quotas } from "./checks/quotas";
import { rolePolicies } from "./checks/role-policies";
import { secretPolicies } from "./checks/secret-policies";
import { storageKeys } from "./checks/storage-keys";
import { tenantBorders } from "./checks/tenant-borders";
import { tenantPlanes } from "./checks/tenant-planes";
import { trustPolicies } from "./checks/trust-policies";
import { uniqueNames } from "./checks/unique-names";
import { vaultBoundaries } from "./checks/vault-boundaries";

export const resourceChecks: readonly ResourceCheck[] = [
  admissionRules,
  admissionAdvice,
  tenantBorders,
  keyPolicies,
  trustPolicies,
  rolePolicies,
  secretPolicies,
  vaultBoundaries,
  backupPlaces,
  storageKeys,
  podSecurity,
  quotas,
  defaultDeny,
  guardrailsKept,
  dataProtection,
  excludedParts,
];

export const stackChecks: readonly StackCheck[] = [
  tenantPlanes,
  uniqueNames,
  clusterCapacity,
  guardrailsStand,
];

export const policies: Policies = [...resourceChecks.map(resourcePolicy), ...stackChecks.map(stackPolicy)];
