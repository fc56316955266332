/** Who touches workloads, credentials and data of tenants in the ring. */

import assert from "node:assert/strict";
import { run, sandbox } from "./fixture";

/**
 * A run of a list by the provisioner, whose steps over workloads, credentials and data are the operator's.
 * @throws where nobody became the operator: these steps would be the provisioner's.
 */
export function runAsOperator(list: string, more: Readonly<Record<string, string>> = {}) {
  assert.ok(sandbox().operator, "becomeOperator() comes first");
  return run(list, more);
}
