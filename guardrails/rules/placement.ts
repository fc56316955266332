/** Where pods run and before whom (R37, R38, R40-R42). */

import type { GuardedPlatform } from "../../model/provisioner";
import type { Rule } from "../rule";
import { nodeChoice } from "./placement/node-choice";
import { nodeName } from "./placement/node-name";
import { podAffinity } from "./placement/pod-affinity";
import { priorityClass } from "./placement/priority-class";
import { runtimeClass } from "./placement/runtime-class";
import { schedulerName } from "./placement/scheduler-name";
import { ownTolerations } from "./placement/tolerations";

export function placementRules(platform: GuardedPlatform): readonly Rule[] {
  const runtimes = runtimeClass(platform);
  return [
    ownTolerations,
    nodeChoice,
    nodeName,
    podAffinity,
    ...(runtimes ? [runtimes] : []),
    priorityClass,
    schedulerName,
  ];
}
