/** The engine's events as people follow them: which tenant, which of its components, which resource. */

import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import type { ChangesByTenant } from "./changes";
import type { Watcher } from "../progress";

/** Passes on what the engine does to resources; what it leaves as it is, and its own bookkeeping, is passed over. */
export function engineProgress(tenants: ChangesByTenant, watch: Watcher): (event: EngineEvent) => void {
  const tell = (status: "begun" | "done" | "failed", metadata: StepEventMetadata | undefined) => {
    if (metadata === undefined || QUIET.includes(metadata.op) || /^(tenantry|pulumi):/.test(metadata.type)) {
      return;
    }
    const { urn, op, type } = metadata;
    const [qualifiedType = "", name = ""] = urn.split("::").slice(2);
    watch({
      type: "resource",
      status,
      tenant: tenants.tenantOf(urn),
      component: qualifiedType.split("$").at(-2)?.split(":").at(-1) ?? "",
      operation: op,
      resource: type,
      name,
    });
  };
  return ({ resourcePreEvent, resOutputsEvent, resOpFailedEvent }) => {
    tell("begun", resourcePreEvent?.metadata);
    tell("done", resOutputsEvent?.metadata);
    tell("failed", resOpFailedEvent?.metadata);
  };
}

const QUIET: readonly string[] = ["same", "read", "refresh"];
