/**
 * What keeps a run from going well, before it is tried: tools, state, servers, identities, guardrails, credentials. It
 * changes nothing, and works where any of them is down: each check fails alone, with a cure.
 */

import { auditCheck } from "./audit";
import { breakGlassCheck } from "./break-glass";
import { examined, Patient, type Check, type Diagnosis } from "./check";
import { clockCheck, clusterCheck, definitionsCheck } from "./cluster";
import { credentialsCheck, handedOutCheck } from "./credentials";
import { capacityCheck, guardrailsCheck } from "./guardrails";
import { operatorCheck, provisionerCheck } from "./identity";
import { lockCheck } from "./lock";
import { networkCheck } from "./network";
import { awsCheck, keysCheck, limitsCheck, vaultCheck } from "./servers";
import { nodeCheck, pluginCheck, pulumiCheck, stateCheck } from "./tools";
import type { OperationOptions } from "../operation";

/** In the order in which one would mend them. */
const CHECKS: readonly Check[] = [
  nodeCheck,
  pulumiCheck,
  pluginCheck,
  stateCheck,
  lockCheck,
  clusterCheck,
  clockCheck,
  provisionerCheck,
  operatorCheck,
  definitionsCheck,
  networkCheck,
  guardrailsCheck,
  capacityCheck,
  vaultCheck,
  awsCheck,
  keysCheck,
  limitsCheck,
  credentialsCheck,
  breakGlassCheck,
  handedOutCheck,
  auditCheck,
];

export interface CheckResult extends Diagnosis {
  readonly name: string;
}

export interface DoctorReport {
  readonly checks: readonly CheckResult[];
}

/** @returns every check, whatever it found: a failed one is no failure of the command. */
export async function doctor(options: OperationOptions): Promise<DoctorReport> {
  options.watch?.({ type: "begun", activity: "doctor", stack: options.stack });
  const patient = new Patient(options);
  return { checks: await Promise.all(CHECKS.map((check) => examined(check, patient))) };
}

/** Whether nothing failed; warnings are no failures. */
export function isWell({ checks }: DoctorReport): boolean {
  return checks.every(({ status }) => status !== "failed");
}
