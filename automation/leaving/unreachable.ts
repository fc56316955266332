/** Offboarding while the cluster does not answer: the tenant loses what it has elsewhere at once (F81). */

import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import * as names from "../../model/names";
import { policyDocument } from "../../model/policy-document";
import type { Tenant } from "../../model/tenant";
import type { Cluster } from "../cluster";
import type { Servers } from "../live-servers";
import type { Operation } from "../operation";
import { RunFailure } from "../outcome";
import { granted } from "../vault";

/** Why the cluster cannot be asked; undefined where it answers, be it by a refusal. */
export async function whyUnreachable(cluster: Cluster): Promise<string | undefined> {
  try {
    await cluster.request("GET", "/version");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Shuts the tenant out of AWS and Vault, by what the program would declare there: the next run finds it as it wants it. */
export async function shutOutElsewhere(
  operation: Operation,
  tenant: Tenant,
  provisioner: Servers,
): Promise<void> {
  await operation.step("aws", "deny the workload role everything", () => denyRole(tenant, provisioner));
  if (tenant.secrets.engine === "vault") {
    await operation.step("vault", "take the logins away", () => removeLogins(tenant, provisioner));
  }
}

/** What is left to do, for whoever runs the command again. */
export function clusterPending({ name, namespaces }: Tenant, why: string): RunFailure {
  const places = namespaces.map((namespace) => namespace.name).join(", ");
  return new RunFailure(
    "failure",
    `${why}; ${name} is shut out of AWS and Vault, and its file says so; still to do in the cluster, for ${places}: access, last backup, workloads, removal; run this again when it answers`,
  );
}

async function denyRole({ id }: Tenant, { aws }: Servers): Promise<void> {
  const everything = policyDocument({ Sid: "NotRunning", Effect: "Deny", Action: "*", Resource: "*" });
  await aws.iam.send(
    new PutRolePolicyCommand({
      RoleName: names.workloadRoleName(id),
      PolicyName: names.SHUT_POLICY,
      PolicyDocument: JSON.stringify(everything),
    }),
  );
}

async function removeLogins({ id }: Tenant, { vault }: Servers): Promise<void> {
  const inner = vault.within(names.vaultNamespace(id));
  for (const mount of [names.VAULT_APPROLE_MOUNT, names.VAULT_KUBERNETES_MOUNT]) {
    granted(`take the login ${mount} away`, await inner.request("DELETE", `sys/auth/${mount}`));
  }
}
