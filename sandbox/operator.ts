/** The identity that works on tenants between runs, in the sandbox: the way a pipeline would get it. */

import * as names from "../model/names";
import { DATA_DIR, layout } from "./layout";
import { serviceAccountToken, writeKubeconfig } from "./service-account";

/**
 * The variables by which commands find the operator's credentials, beside those of the provisioner or administrator: a
 * ServiceAccount token for the cluster, good for an hour.
 * @param dataDir the sandbox's data folder; the repository's own by default.
 * @throws when the platform stack has not made the identity yet.
 */
export async function operatorEnvironment(dataDir = DATA_DIR): Promise<Record<string, string>> {
  const { operatorKubeconfig } = layout(dataDir);
  const token = await serviceAccountToken(dataDir, names.OPERATOR);
  writeKubeconfig(dataDir, operatorKubeconfig, names.OPERATOR, token);
  return { TENANTRY_OPERATOR_KUBECONFIG: operatorKubeconfig };
}
