/** What a run of the engine did to which resource, in one number that can be compared and written down (R93). */

import { createHash } from "node:crypto";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { canonicalize } from "json-canonicalize";

export class PlanDigest {
  private readonly operations = new Map<string, string>();

  readonly add = ({ resourcePreEvent }: EngineEvent): void => {
    if (resourcePreEvent !== undefined) {
      const { urn, op } = resourcePreEvent.metadata;
      this.operations.set(urn, op);
    }
  };

  /** SHA-256 over the last operation of each resource, in the order of their URNs. */
  value(): string {
    const sorted = [...this.operations].sort(([one], [other]) => (one < other ? -1 : 1));
    return createHash("sha256").update(canonicalize(sorted)).digest("hex");
  }
}
