/** Which volumes a tenant uses and what is in them (R58, R59). */

import type { Rule } from "../rule";
import { accessModes } from "./storage/access-modes";
import { storageClass } from "./storage/storage-class";
import { volumeAttributes } from "./storage/volume-attributes";
import { volumeSnapshots } from "./storage/volume-snapshots";
import { volumeSource } from "./storage/volume-source";

export const storageRules: readonly Rule[] = [
  storageClass,
  volumeSource,
  accessModes,
  volumeAttributes,
  volumeSnapshots,
];
