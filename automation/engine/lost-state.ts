/** A state that was lost must not be taken for a new one: the next run would make, or trip over, everything a second time. */

import type { Deployment } from "@pulumi/pulumi/automation";
import { LIST } from "../../model/labels";
import { itemsOf } from "../../proof/documents";
import { openCluster } from "../cluster";
import { engineEnvironment } from "../identity";
import { RunFailure } from "../outcome";
import { resourcesOf } from "./protection";
import type { Project } from "../workspace";

/** @throws RunFailure `resource` where the state of a list is empty and the list's namespaces stand. */
export async function refuseLostState(exported: Deployment, project: Project): Promise<void> {
  const { stack } = project;
  if (stack === "platform" || resourcesOf(exported).some(({ type }) => !type.startsWith("pulumi:"))) {
    return;
  }
  const cluster = await openCluster(engineEnvironment(project));
  const { status, body } = await cluster.request(
    "GET",
    `/api/v1/namespaces?labelSelector=${LIST}%3D${stack}`,
  );
  // Who may not ask, or is not answered, is told so by the run itself.
  const standing = status === 200 ? itemsOf(body).map(({ metadata }) => metadata.name) : [];
  if (standing.length > 0) {
    throw new RunFailure(
      "resource",
      `the state of the stack ${stack} is empty, and ${standing.join(", ")} stand by it; nothing was changed: restore the state from its backup (docs/state.md), then run this again`,
    );
  }
}
