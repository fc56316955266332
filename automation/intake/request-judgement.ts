/** One request before the platform's policy: malformed, refused, or free to be accepted. */

import * as fs from "node:fs";
import { InputFaults, type Fault } from "../../model/fault";
import type { TenantList } from "../../model/read";
import { readRequest, type TenantRequest } from "../../model/request";
import { judgeRequest, readRequestPolicy, type RequestPolicy } from "../../model/request-policy";
import { RunFailure } from "../outcome";
import { policyFile, requestBytes } from "./request-files";
import type { Project } from "../workspace";

export interface Malformed {
  readonly file: string;
  readonly malformed: readonly Fault[];
}

export interface WellFormed {
  readonly file: string;
  readonly bytes: Buffer;
  readonly request: TenantRequest;
  readonly refused: readonly Fault[];
}

export type JudgedRequest = Malformed | WellFormed;

/** @param list the tenants that are there already. */
export function judged(file: string, policy: RequestPolicy, list: TenantList): JudgedRequest {
  const bytes = requestBytes(file);
  if (!Buffer.isBuffer(bytes)) {
    return { file, malformed: [bytes] };
  }
  const request = readRequest(bytes, file, list);
  return Array.isArray(request)
    ? { file, malformed: request }
    : { file, bytes, request, refused: judgeRequest(request, policy) };
}

/** @throws RunFailure with every fault of the request: `badInput` where it is malformed, `policy` where it is refused. */
export function granted(one: JudgedRequest): WellFormed {
  if ("malformed" in one || one.refused.length > 0) {
    throw ungranted([one]);
  }
  return one;
}

/** @throws RunFailure with every fault of all: `badInput` where one is malformed, `policy` where one is refused. */
export function refuseUngranted(all: readonly JudgedRequest[]): void {
  if (all.some((one) => faultsOf(one).length > 0)) {
    throw ungranted(all);
  }
}

function ungranted(all: readonly JudgedRequest[]): RunFailure {
  const kind = all.some((one) => "malformed" in one) ? "badInput" : "policy";
  return new RunFailure(kind, new InputFaults(all.flatMap(faultsOf)).message);
}

/** What stands between a request and its being accepted. */
export function faultsOf(one: JudgedRequest): readonly Fault[] {
  return "malformed" in one ? one.malformed : one.refused;
}

/** @throws RunFailure `badInput` where there is none: without it nothing may be asked for. */
export function requestPolicy(project: Project): RequestPolicy {
  const file = policyFile(project);
  if (!fs.existsSync(file)) {
    throw new RunFailure(
      "badInput",
      `${file} is missing, and without it nothing may be asked for; write it as docs/onboarding.md says`,
    );
  }
  const policy = readRequestPolicy(fs.readFileSync(file), file);
  if (Array.isArray(policy)) {
    throw new RunFailure("badInput", new InputFaults(policy).message);
  }
  return policy;
}
