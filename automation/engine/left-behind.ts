/** After a run: whether the servers still have what the states of tenants exclude (R89). */

import { presenceOf } from "../../model/lifecycle";
import type { Tenant } from "../../model/tenant";
import { connect } from "../../proof/connect";
import { leftBehind } from "../../proof/left-behind";
import { engineEnvironment } from "../identity";
import { RunFailure } from "../outcome";
import { platformOf } from "../platform";
import type { Project } from "../workspace";

/**
 * Asks nothing where every tenant runs.
 *
 * @throws RunFailure `resource` naming what is there still.
 */
export async function refuseLeftBehind(project: Project, tenants: readonly Tenant[]): Promise<void> {
  if (tenants.every((tenant) => presenceOf(tenant).runs)) {
    return;
  }
  const environment = engineEnvironment(project);
  const connections = connect(await platformOf(project), undefined, environment);
  const { findings } = await leftBehind(tenants, connections, environment);
  if (findings.length > 0) {
    const lines = findings.map(
      ({ tenant, plane, object, fault }) => `${tenant}: ${plane}: ${object} ${fault}`,
    );
    const cure = "a tenant's state excludes this; find out who keeps or made it, then run: tenantry up";
    throw new RunFailure("resource", [...lines, cure].join("\n"));
  }
}
