/** What brings workloads, secrets and backups into the cluster (R62, R70, R78-R82). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";
import { argoApplications } from "./delivery/argo-applications";
import { argoPlatform } from "./delivery/argo-platform";
import { argoProjects } from "./delivery/argo-projects";
import { externalSecrets } from "./delivery/external-secrets";
import { fluxReconcilers } from "./delivery/flux";
import { policyExceptions } from "./delivery/policy-exceptions";
import { secretStores } from "./delivery/secret-stores";
import { sharedSecrets } from "./delivery/shared-secrets";
import { velero } from "./delivery/velero";

export function deliveryRules(platform: GuardedPlatform): readonly Rule[] {
  return [
    argoApplications,
    argoPlatform,
    argoProjects,
    fluxReconcilers,
    secretStores(platform),
    externalSecrets,
    sharedSecrets,
    velero,
    policyExceptions,
  ];
}
