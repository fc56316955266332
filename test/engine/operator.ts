/** Who touches workloads, credentials and data of tenants in the ring: the administrator, as the one who holds every right. */

import { run, sandbox } from "./fixture";

const VARIABLES = [
  "KUBECONFIG",
  "VAULT_TOKEN",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
];

/** A run of a list by the provisioner, whose steps over workloads, credentials and data are the operator's. */
export function runAsOperator(list: string, more: Readonly<Record<string, string>> = {}) {
  const { env } = sandbox();
  const own = VARIABLES.map((name) => [`TENANTRY_OPERATOR_${name}`, env[name] ?? ""] as const);
  return run(list, { ...Object.fromEntries(own), ...more });
}
