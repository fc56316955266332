/**
 * Whose credentials a step uses. Runs of the engine use the environment as it is: a tenant list's is the provisioner's.
 * Steps that touch credentials, workloads or data of a tenant use the operator's, by variables that begin with
 * `TENANTRY_OPERATOR_`: `TENANTRY_OPERATOR_KUBECONFIG`, `TENANTRY_OPERATOR_VAULT_TOKEN`,
 * `TENANTRY_OPERATOR_AWS_PROFILE`. Where none is set the plain variables hold for both.
 */

import type { Environment } from "../proof/connect";
import type { Project } from "./workspace";

const PREFIX = "TENANTRY_OPERATOR_";
const AWS_CREDENTIALS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"];

/** The environment of runs of the engine. */
export function engineEnvironment({ environment = {} }: Pick<Project, "environment">): Environment {
  return { ...process.env, ...environment };
}

/** The environment of steps that the operator does. */
export function operatorEnvironment(project: Pick<Project, "environment">): Environment {
  const all = engineEnvironment(project);
  const own = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), value] as const] : [],
    ),
  );
  // A key of the one identity and the session token of the other would be nobody's.
  const otherKeys = Object.keys(own).some((name) => AWS_CREDENTIALS.includes(name)) ? AWS_CREDENTIALS : [];
  return { ...Object.fromEntries(Object.entries(all).filter(([name]) => !otherKeys.includes(name))), ...own };
}
