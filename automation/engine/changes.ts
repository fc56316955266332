/** What a run does to whom: the engine speaks of resources, people of tenants. */

import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";

const TENANT_TYPE = "tenantry:index:Tenant";
/** Changes that belong to no tenant: the stack, its providers, the platform. */
export const SHARED = "(shared)";

/** Number of resources by operation, for one tenant. */
export type Counts = Partial<Record<OpType, number>>;

const UNCHANGED = ["same", "read", "refresh"];

/** What is changed, in the engine's words: `create 3`. */
export function changesOf(counts: Counts): string[] {
  return Object.entries(counts)
    .filter(([operation]) => !UNCHANGED.includes(operation))
    .map(([operation, count]) => `${operation} ${count}`);
}

/** Sums up engine events by tenant. Unknown events are passed over: newer engines send more. */
export class ChangesByTenant {
  private readonly parents = new Map<string, string>();
  private readonly operations = new Map<string, OpType>();

  add(event: EngineEvent): void {
    const metadata = event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata;
    if (metadata === undefined) {
      return;
    }
    this.place(metadata.urn, metadata.new?.parent ?? metadata.old?.parent);
    // A replacement comes as three steps of one resource; the step named so is the one that tells.
    if (this.operations.get(metadata.urn) !== "replace") {
      this.operations.set(metadata.urn, metadata.op);
    }
  }

  /** Counts by tenant name; `same` included, so that "unchanged" can be told from "absent". */
  counts(): Record<string, Counts> {
    const result: Record<string, Counts> = {};
    for (const [urn, operation] of this.operations) {
      const counts = (result[this.tenantOf(urn)] ??= {});
      counts[operation] = (counts[operation] ?? 0) + 1;
    }
    return result;
  }

  /** Notes what a resource is a child of. */
  place(urn: string, parent: string | undefined): void {
    if (parent) {
      this.parents.set(urn, parent);
    }
  }

  /** Name of the tenant at the root of a resource's parents. */
  tenantOf(urn: string): string {
    const [qualifiedType, name] = urn.split("::").slice(2);
    if (qualifiedType?.split("$").at(-1) === TENANT_TYPE && name !== undefined) {
      return name;
    }
    const parent = this.parents.get(urn);
    return parent === undefined ? SHARED : this.tenantOf(parent);
  }
}
