/** What a pod may ask of its node and of the kernel (R18-R20, R31). */

import type { Rule } from "../rule";
import { privilegedContainers } from "./pods/privileged";

export const podRules: readonly Rule[] = [privilegedContainers];
