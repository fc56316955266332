/**
 * The platform's own accounts in a tenant's namespace hold rights that no workload has: they hold its roles, and read
 * the tenant's secrets in Vault (R10, R11, R62). A pod that ran as one would have them, whatever its author may do.
 */

import * as names from "../../../model/names";
import { closedAccounts } from "../../../model/roles";
import { roleNames } from "../../../model/tenant";
import { VAULT_AUDIENCE } from "../../../model/vault";
import { everyWorkload, pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { text } from "../../rule";

/** CEL: the account that the pod runs as; the older field counts only where the other one is empty. */
export const ACCOUNT = `variables.pod.?serviceAccountName.orValue("") != "" ? string(variables.pod.serviceAccountName) :
  string(variables.pod.?serviceAccount.orValue(""))`;

function projecting(audience: string) {
  const serviceAccountToken = { audience, path: "token", expirationSeconds: 3600 };
  return { volumes: [{ name: "token", projected: { sources: [{ serviceAccountToken }] } }] };
}

const asReconciler = { serviceAccountName: names.RECONCILER };

export const platformAccounts = podRule({
  name: "service-accounts",
  requirements: ["R1", "R10", "R62"],
  variables: { account: ACCOUNT },
  offences: `(variables.account in ${text(closedAccounts)} ? ["it runs as the account " + variables.account] : []) +
    variables.pod.?volumes.orValue([])
      .filter(volume, volume.?projected.?sources.orValue([])
        .exists(source, source.?serviceAccountToken.?audience.orValue("") == ${text(VAULT_AUDIENCE)}))
      .map(volume, "volume " + volume.name + " holds a token for ${VAULT_AUDIENCE}")`,
  why: "The platform's accounts, and tokens that open Vault, are no workload's",
  cure: `Use the account ${names.WORKLOAD} or one of your own; secrets come through an ExternalSecret`,
  examples: {
    passes: [
      {
        what: "the account of the tenant's workloads",
        object: pod({ spec: { serviceAccountName: names.WORKLOAD } }),
      },
      {
        what: "the default account",
        object: workload("Deployment", { spec: { serviceAccountName: "default" } }),
      },
      {
        what: "an account that only begins like the platform's",
        object: workload("Job", { spec: { serviceAccountName: `${names.RECONCILER}-two` } }),
      },
      {
        what: "a token for somebody else",
        object: pod({ spec: { serviceAccountName: names.WORKLOAD, ...projecting("sts.amazonaws.com") } }),
      },
      {
        what: "a platform account in the field that does not count",
        object: workload("Deployment", {
          spec: { serviceAccountName: names.WORKLOAD, serviceAccount: names.RECONCILER },
        }),
      },
    ],
    fails: [
      ...everyWorkload({ spec: asReconciler }).map(({ what, object }) => ({
        what: `${what} (A023)`,
        object,
        says: `it runs as the account ${names.RECONCILER}`,
      })),
      {
        what: "the account that reads the tenant's secrets",
        object: pod({ spec: { serviceAccountName: names.SECRET_READER } }),
        says: `it runs as the account ${names.SECRET_READER}`,
      },
      ...roleNames.map((role) => ({
        what: `the account of the role ${role}`,
        object: pod({ spec: { serviceAccountName: names.accessAccount(role) } }),
        says: `it runs as the account ${names.accessAccount(role)}`,
      })),
      {
        what: "the older field",
        object: workload("Deployment", { spec: { serviceAccount: names.SECRET_READER } }),
        says: `it runs as the account ${names.SECRET_READER}`,
      },
      {
        what: "a token for Vault (A024)",
        object: pod({ spec: { serviceAccountName: names.WORKLOAD, ...projecting(VAULT_AUDIENCE) } }),
        says: "volume token holds a token for vault",
      },
      {
        what: "a template that is changed to run as the platform",
        before: workload("Deployment"),
        object: workload("Deployment", { spec: asReconciler }),
        says: `it runs as the account ${names.RECONCILER}`,
      },
    ],
  },
});
